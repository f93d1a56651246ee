package dev.luthier.train;

/**
 * Watches a run for people. The loop calls it from one thread: {@link #begin}, then {@link #step}
 * and {@link #note} in any number, then {@link #close}, also after a failure.
 */
public interface Progress extends AutoCloseable {
  /** Watches nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public void begin(long done, long total) {}

        @Override
        public void step(Step step) {}

        @Override
        public void note(String line) {}

        @Override
        public void close() {}
      };

  /**
   * One optimiser step.
   *
   * @param number the step just done, counted from 1
   * @param loss the step's loss per target
   * @param tokensPerSecond tokens through the model per second, over the last steps
   */
  record Step(long number, double loss, double tokensPerSecond) {}

  /**
   * @param done the steps that a resumed run has behind it, else 0
   * @param total the steps of the whole run
   */
  void begin(long done, long total);

  void step(Step step);

  /** Something that happened beside the steps: an evaluation, a checkpoint. */
  void note(String line);

  @Override
  void close();
}
