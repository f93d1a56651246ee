package dev.luthier.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** What an optimizer remembers of earlier gradients, and the step that it makes by them. */
public interface Moments extends AutoCloseable {
  /**
   * Moves the weights; called without gradient recording.
   *
   * @param weights (P) float32, the flat buffer
   * @param gradients (P) float32
   * @param step counted from 1
   * @param factor of the schedule, on every group's peak rate
   */
  void step(Tensor weights, Tensor gradients, long step, double factor);

  /** All of it by name; the tensors are the live ones, wherever they lie, and nobody writes now. */
  Map<String, Tensor> state();

  /** Frees it. */
  @Override
  void close();
}
