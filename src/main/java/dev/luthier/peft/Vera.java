package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.model.Linear;
import dev.luthier.model.Projection;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * VeRA (Kopiczko et al. 2024, https://arxiv.org/abs/2310.11454): h = W x + b B d A x, with one
 * random frozen pair A (r, in), B (out, r) for all layers, of which a smaller layer takes the first
 * columns and rows, and vectors d (r) and b (out) that train. Equal to PEFT's tuners/vera, down to
 * A and B, which the same seed makes. Letters: N tokens.
 */
@Doc("Learned factors around random projections that all layers share (VeRA, arXiv 2310.11454)")
public record Vera(
    @Doc(
            value = "Rank of the shared projections",
            elsewhere = {"r", "vera_rank"})
        @Default("256")
        int rank,
    @Doc(
            value = "What d begins at; b begins at zero",
            elsewhere = {"d_initial"})
        @Default("0.1")
        double start,
    @Doc(
            value = "Share of the projections' inputs set to zero in training",
            elsewhere = {"vera_dropout"})
        @Default("0")
        double dropout,
    @Doc(
            value = "The linear layers that get an adapter",
            elsewhere = {"target_modules"})
        @Default("all-linear")
        Targets targets,
    @Doc(
            value = "The blocks that get adapters, counted from 0; empty means all",
            elsewhere = {"layers_to_transform"})
        @Default("[]")
        List<Integer> layers,
    @Doc(
            value = "The seed of the shared projections",
            elsewhere = {"projection_prng_key"})
        @Default("0")
        long projectionSeed,
    @Doc("Whether the file holds the projections, or their seed alone") @Default("true")
        boolean saveProjection,
    @Doc(
            value = "Modules trained and saved whole, such as embed_tokens or lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  public Vera {
    Check.atLeast("vera.rank", 1, rank);
    Check.above("vera.start", 0, start);
    Check.below("vera.dropout", 0, 1, dropout);
    layers.forEach(layer -> Check.atLeast("vera.layers", 0, layer));
  }

  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(4e-3); // two vectors a map need far more than LoRA's rate
  }

  @Override
  public long widest() {
    return rank;
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "vera.save");
    List<Slot> slots = Targeted.linear(site, "vera", targets, layers);
    Shared shared = shared(site, largest(slots, Linear::in), largest(slots, Linear::out));
    List<Change<?>> changes = new ArrayList<>();
    List<Parameter> trainable = new ArrayList<>();
    for (Slot slot : slots) {
      Map map = fresh(site, slot, shared);
      changes.add(new Change<>(slot, map));
      trainable.addAll(List.of(map.outer(), map.inside()));
    }
    List<Parameter> frozen = List.of(shared.down(), shared.up());
    Attachment out = Attachment.of(changes, trainable, frozen);
    return saveProjection ? out : out.saving(trainable.stream().map(Entry::of).toList());
  }

  private static long largest(List<Slot> slots, ToLongFunction<Linear> size) {
    return slots.stream().mapToLong(s -> size.applyAsLong((Linear) s.base())).max().orElseThrow();
  }

  /**
   * What all layers share.
   *
   * @param down A (r, widest input)
   * @param up B (widest output, r)
   */
  record Shared(Parameter down, Parameter up) {}

  private Shared shared(Site site, long in, long out) {
    Compute compute = site.model().compute();
    String prefix = site.prefix().replaceAll("model\\.$", "");
    try (Scope scope = new Scope()) {
      torch.manual_seed(projectionSeed);
      Tensor down = kaiming(compute, rank, in);
      Tensor up = kaiming(compute, out, rank);
      return new Shared(
          new Parameter(prefix + "vera_A", down), new Parameter(prefix + "vera_B", up));
    }
  }

  /** Kaiming's uniform for ReLU: +-sqrt(6 / columns). */
  private static Tensor kaiming(Compute compute, long rows, long columns) {
    double bound = Math.sqrt(2) * Math.sqrt(3) / Math.sqrt(columns);
    return Fresh.uniform(compute, bound, rows, columns);
  }

  private Map fresh(Site site, Slot slot, Shared shared) {
    Linear linear = (Linear) slot.base();
    Compute compute = site.model().compute();
    try (Scope scope = new Scope()) {
      Tensor b = Fresh.full(compute, 0, linear.out());
      Tensor d = Fresh.full(compute, start, rank);
      return new Map(
          site.under(slot),
          linear,
          shared,
          site.weight(slot.path(), "vera_lambda_b", b),
          site.weight(slot.path(), "vera_lambda_d", d),
          dropout,
          site.model().dropout());
    }
  }

  /**
   * y = W x + b B d A x.
   *
   * @param outer b (out)
   * @param inside d (r)
   */
  record Map(
      Projection inner,
      Linear base,
      Shared shared,
      Parameter outer,
      Parameter inside,
      double rate,
      Dropout dropout)
      implements Paired {
    /** d A and b B. */
    @Override
    public LoraFactors.Factors pair() {
      Tensor in = down().mul(inside.value().unsqueeze(1));
      Tensor out = up().mul(outer.value().unsqueeze(1));
      return new LoraFactors.Factors(LoraFactors.Kind.LINEAR, in, out, 1);
    }

    private Tensor down() {
      return shared.down().value().narrow(1, 0, base.in()); // (r, in)
    }

    private Tensor up() {
      return shared.up().value().narrow(0, 0, base.out()); // (out, r)
    }

    @Override
    public Tensor apply(Tensor x) { // (N, in)
      ScalarType type = x.scalar_type();
      Tensor low =
          torch.linear(dropout.apply(x, rate), down().to(type)).mul(inside.as(x)); // (N, r)
      return inner.apply(x).addcmul(torch.linear(low, up().to(type)), outer.as(x));
    }

    @Override
    public Linear merged() {
      Linear copy = (Linear) Adaptation.copyOf(inner);
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        Tensor scaled = up().mul(outer.value().unsqueeze(1)); // (out, r)
        copy.matrix().add_(scaled.mm(down().mul(inside.value().unsqueeze(1))));
      }
      return copy;
    }
  }
}
