package dev.luthier.model;

import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * What a layer's attention gives when it is also asked something else. Letters: N tokens, H width,
 * A query heads, G key and value heads, D width of a head, M states of somebody's own.
 */
@FunctionalInterface
public interface Beside {
  /**
   * What the layer asked.
   *
   * @param q the queries (N, A, D), turned by their positions
   * @param maps the layer's own keys and values of any states, (M, H) -> (M, G, D) each, not turned
   * @param out the layer's output map, (N, A D) -> (N, H)
   * @param scale what the layer multiplies its scores by
   */
  record Asked(Tensor q, Function<Tensor, KeysValues> maps, Projection out, double scale) {
    /** The same with the queries of some tokens. */
    public Asked of(Tensor queries) {
      return new Asked(queries, maps, out, scale);
    }
  }

  /**
   * @param keys (M, G, D)
   * @param values (M, G, D)
   */
  record KeysValues(Tensor keys, Tensor values) {}

  /** Nothing beside. */
  Beside NONE = (y, asked) -> y;

  /**
   * @param y what the layer's attention gives, (N, H)
   */
  Tensor of(Tensor y, Asked asked);
}
