package dev.luthier.rollout;

/** Whoever reads answers while they are written; called by the thread that writes them. */
public interface Reader {
  /** A token of one of the samples. */
  void token(int sample, Token token);

  /** A sample has its end. */
  void end(int sample, Completion completion);

  /** Nothing more comes: the model could not go on. */
  void failed(RuntimeException why);

  /** Whether nobody reads any more, so that nothing more need be written. */
  boolean gone();

  /** All samples have left the batch, at their ends or before; the last call. */
  void left();
}
