package dev.luthier.plan;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Two probes of the same computation, from which others follow. */
public final class Probed {
  private final Probe one;
  private final Probe two;

  private Probed(Probe one, Probe two) {
    this.one = one;
    this.two = two;
  }

  /**
   * Computes two losses; the graphs are thrown away.
   *
   * @param known tensors that are there already, such as the weights
   */
  public static Probed of(
      Extent first,
      Supplier<Tensor> lossOfFirst,
      Extent second,
      Supplier<Tensor> lossOfSecond,
      List<Tensor> known) {
    return new Probed(Probe.of(first, known, lossOfFirst), Probe.of(second, known, lossOfSecond));
  }

  /** Whether both probes have more targets. */
  public boolean exceeds(long targets) {
    return one.extent().targets() > targets && two.extent().targets() > targets;
  }

  /** What a micro-batch takes. */
  public StepMemory at(Extent extent) {
    return one.at(extent, two).memory();
  }
}
