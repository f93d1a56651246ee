package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.model.Projection;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Where bottleneck adapters sit and what they read. A sub-layer made y of the stream x; with an
 * adapter A the stream becomes norm(x + y + A(input)), where norm is the family's own behind the
 * sum, or nothing. All as AdapterHub computes it; its defaults come with the placement. Letters: N
 * tokens, H width.
 */
@Doc("Where the adapters sit and what they read")
public sealed interface Placement {
  /** The sub-layers with an adapter behind them. */
  List<Sublayer> after();

  /**
   * What the adapter reads, (N, H).
   *
   * @param x the stream before the sub-layer
   * @param y what the sub-layer made
   * @param norm what the family does with their sum
   */
  Tensor input(Tensor x, Tensor y, Projection norm);

  /** The width, activation, scale and start that are used where nothing else is asked for. */
  Usual usual();

  /** What AdapterHub uses with a placement. */
  record Usual(Width width, Nonlinearity activation, Scaling scaling, MapStart start) {}

  /** Houlsby et al. 2019 (arXiv 1902.00751), figure 2: A reads what the sub-layer made. */
  @Doc("Behind attention and feed-forward, reading what they made (Houlsby et al. 2019)")
  record Houlsby(
      @Doc("The sub-layers with an adapter") @Default("[attention, mlp]") List<Sublayer> after)
      implements Placement {
    public Houlsby {
      refuseNone(after, "houlsby");
    }

    public Houlsby() {
      this(List.of(Sublayer.ATTENTION, Sublayer.MLP));
    }

    @Override
    public Tensor input(Tensor x, Tensor y, Projection norm) {
      return y;
    }

    @Override
    public Usual usual() {
      return new Usual(
          new Width.Reduced(16), Nonlinearity.SILU, new Scaling.Fixed(1), MapStart.BERT);
    }
  }

  /**
   * Pfeiffer et al. 2020 (arXiv 2005.00247), appendix A: A reads the normed sum that the layer
   * would have gone on with. On models that norm behind the sum this one norm is used twice; on
   * models that norm before a sub-layer A reads x + y.
   */
  @Doc("Behind feed-forward alone, reading the normed sum (Pfeiffer et al. 2020)")
  record Pfeiffer(@Doc("The sub-layers with an adapter") @Default("[mlp]") List<Sublayer> after)
      implements Placement {
    public Pfeiffer {
      refuseNone(after, "pfeiffer");
    }

    public Pfeiffer() {
      this(List.of(Sublayer.MLP));
    }

    @Override
    public Tensor input(Tensor x, Tensor y, Projection norm) {
      return norm.apply(x.add(y));
    }

    @Override
    public Usual usual() {
      return new Usual(
          new Width.Reduced(16), Nonlinearity.RELU, new Scaling.Fixed(1), MapStart.BERT);
    }
  }

  /**
   * He et al. 2022 (arXiv 2110.04366), table 1, "parallel adapter": A reads the stream before the
   * sub-layer. On models that norm before a sub-layer that is the stream itself, not its norm: as
   * AdapterHub has it.
   */
  @Doc("Beside feed-forward, reading what stands before it (He et al. 2022)")
  record Parallel(@Doc("The sub-layers with an adapter") @Default("[mlp]") List<Sublayer> after)
      implements Placement {
    public Parallel {
      refuseNone(after, "parallel");
    }

    public Parallel() {
      this(List.of(Sublayer.MLP));
    }

    @Override
    public Tensor input(Tensor x, Tensor y, Projection norm) {
      return x;
    }

    @Override
    public Usual usual() {
      return new Usual(new Width.Reduced(2), Nonlinearity.RELU, new Scaling.Fixed(4), MapStart.MAM);
    }
  }

  private static void refuseNone(List<Sublayer> after, String name) {
    if (after.isEmpty()) {
      throw new UserError(
          "placement.%s.after must name at least one of attention, cross, mlp".formatted(name));
    }
  }
}
