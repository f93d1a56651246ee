package dev.luthier.rollout;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Draws by themselves, for whoever measures them. */
public final class TimedDraws {
  private TimedDraws() {}

  /**
   * A token for each row.
   *
   * @param scores (R, V) float32
   * @param place of the token; its random numbers follow from it and the row
   */
  public static int[] next(Tensor scores, Sampling sampling, int place) {
    double[] uniforms =
        IntStream.range(0, (int) scores.size(0))
            .mapToDouble(row -> Sampler.uniform(0, row, place))
            .toArray();
    return new Sampler(sampling).draw(scores, List.of(), uniforms).ids();
  }
}
