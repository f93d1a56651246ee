package dev.luthier.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Sequences that are being written, a row each, with what the model remembers of them. The weights
 * and the kernels are those of training.
 *
 * <p>Letters: R rows, P prompts, V vocabulary. Tensors that come out belong to the caller's {@code
 * Scope}; what is remembered belongs to the decoding until {@link #close}.
 */
public interface Decoding extends AutoCloseable {
  /** How many sequences it holds. */
  int rows();

  /**
   * Runs prompts, which become its rows; it must be empty.
   *
   * @param requests (P) prompts of at least one token
   * @return (P, V) float32, the scores of the first token behind each
   */
  Tensor begin(List<Request> requests);

  /** The same for prompts alone. */
  default Tensor start(List<int[]> prompts) {
    return begin(prompts.stream().map(Request::of).toList());
  }

  /**
   * Gives every row its next token.
   *
   * @param tokens (R)
   * @return (R, V) float32, the scores of the token behind it
   */
  Tensor next(int[] tokens);

  /**
   * Keeps the given rows in the given order and drops the others. A row may be named twice. Only
   * rows that change their place are copied.
   */
  void keep(int[] rows);

  /**
   * Copies rows of another decoding of the same model behind its own; a row may be named twice, so
   * that several samples go on from a prompt that was computed once.
   */
  void admit(Decoding from, int[] rows);

  /** The bytes held now. */
  long bytes();

  @Override
  void close();
}
