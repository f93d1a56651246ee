package dev.luthier.plan;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
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

  /** What a micro-batch takes. */
  public StepMemory at(Extent extent) {
    return one.at(extent, two).memory();
  }

  /** What the larger of the two probes took. */
  public long made() {
    return Math.max(one.memory().total(), two.memory().total());
  }

  /** The most that one of several made. */
  public static long most(Collection<Optional<Probed>> all) {
    return all.stream().flatMap(Optional::stream).mapToLong(Probed::made).max().orElse(0);
  }
}
