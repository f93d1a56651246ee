package dev.luthier.peft;

import dev.luthier.model.Joint;
import dev.luthier.model.Projection;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Parameter;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * One adapter at one place (Houlsby et al. 2019, https://arxiv.org/abs/1902.00751, section 2.1; He
 * et al. 2022, https://arxiv.org/abs/2110.04366, eq. 4): A(x) = s f(x W_down + b_down) W_up + s
 * b_up, which {@link Placement} adds to what a sub-layer made. Dropout acts on A(x), as in
 * AdapterHub. Letters: N tokens, H width, D width of the bottleneck.
 *
 * @param inset the settings
 * @param down (N, H) -> (N, D)
 * @param up (N, D) -> (N, H)
 * @param scale s where it trains
 * @param layer in its stack
 * @param drop whether it is used in a step
 */
record BottleneckMap(
    Inset inset,
    Projection down,
    Projection up,
    List<Parameter> scale,
    int layer,
    Drop drop,
    Dropout dropout)
    implements Projection {
  @Override
  public Tensor apply(Tensor x) { // (N, H)
    Tensor low = inset.activation().apply(down.apply(x)); // (N, D)
    Tensor scaled = inset.scaling().apply(up.apply(low), scale); // (N, H)
    return dropout.apply(scaled, inset.dropout());
  }

  /**
   * What the sub-layer made, with this adapter's output added.
   *
   * @param x the stream before the sub-layer
   */
  Tensor after(Tensor x, Tensor y, Projection norm) {
    return drop.uses(layer) ? y.add(apply(inset.placement().input(x, y, norm))) : y;
  }

  /**
   * Adapters on top of each other at one place (Pfeiffer et al. 2020b, section 4.2): each takes
   * what the ones below made of the sub-layer's output for that output, as in AdapterHub. The paper
   * adds the upper one to the sub-layer's output itself.
   */
  record Stacked(List<BottleneckMap> maps) implements Joint {
    @Override
    public Tensor of(Tensor x, Tensor read, Tensor y, Projection norm) {
      Tensor made = y;
      for (BottleneckMap map : maps) {
        made = map.after(x, made, norm);
      }
      return norm.apply(x.add(made));
    }
  }
}
