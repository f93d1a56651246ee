package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
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
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdaLoRA (Zhang et al. 2023, https://arxiv.org/abs/2303.10512): h = W x + s P L Q x (eq. 3) with P
 * (out, r) and Q (r, in) kept near orthogonal and L (r) a diagonal, whose least important entries
 * are set to zero over the run, so that ranks go where they count ({@link AdaloraBudget}). Equal to
 * PEFT's tuners/adalora, where P, L, Q are lora_B, lora_E, lora_A and s = alpha / start_rank.
 */
@Doc("Low-rank adapters whose ranks move to the layers that need them (AdaLoRA, arXiv 2303.10512)")
public record Adalora(
    @Doc(
            value = "Mean rank that is left at the end",
            elsewhere = {"target_r"})
        @Default("8")
        int rank,
    @Doc(
            value = "Rank of every adapter at the start; the paper has one and a half times rank",
            elsewhere = {"init_r"})
        @Default("12")
        int startRank,
    @Doc(
            value = "The adapter's output is scaled by alpha / start_rank",
            elsewhere = {"lora_alpha"})
        @Default("32")
        double alpha,
    @Doc(
            value = "Share of the adapter's inputs set to zero in training",
            elsewhere = {"lora_dropout"})
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
            value = "Weight of the penalty on P and Q that are not orthogonal",
            elsewhere = {"orth_reg_weight"})
        @Default("0.5")
        double orthogonality,
    @Doc("When and how the ranks are cut") @Default("{}") AdaloraSchedule schedule,
    @Doc("Which entries of every diagonal are left, as a finished run finds them") @Default("{}")
        Map<String, List<Boolean>> rankPattern,
    @Doc(
            value = "Modules trained and saved whole, such as embed_tokens or lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  private static final double DEVIATION = 0.02; // of P and Q at the start, as PEFT

  public Adalora {
    Check.atLeast("adalora.rank", 1, rank);
    Check.atLeast("adalora.start_rank", rank, startRank);
    Check.above("adalora.alpha", 0, alpha);
    Check.below("adalora.dropout", 0, 1, dropout);
    Check.atLeast("adalora.orthogonality", 0.0, orthogonality);
    layers.forEach(layer -> Check.atLeast("adalora.layers", 0, layer));
  }

  @Override
  public Rate usualRate() {
    // 1.2e-3 at the width of 1024 that the paper has: it searched 5e-4 to 2.2e-3
    return new Rate.ByWidth(4e-4);
  }

  @Override
  public long widest() {
    return rankPattern.isEmpty() ? startRank : 0;
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "adalora.save");
    List<Change<?>> changes = new ArrayList<>();
    List<Triplets> all = new ArrayList<>();
    for (Slot slot : Targeted.linear(site, "adalora", targets, layers)) {
      Triplets map = fresh(site, slot);
      changes.add(new Change<>(slot, map));
      all.add(map);
    }
    List<Parameter> trainable = all.stream().flatMap(t -> t.parameters().stream()).toList();
    AdaloraBudget budget = AdaloraBudget.of(this, all, site);
    return new Attachment(changes, trainable, budget.state(), budget.entries(), budget)
        .writtenAs(budget::written);
  }

  /** The name of a place in {@link #rankPattern}. */
  static String inPattern(String path) {
    return path + ".lora_E";
  }

  private int rankAt(String path) {
    List<Boolean> kept = rankPattern.get(inPattern(path));
    if (kept == null) {
      if (!rankPattern.isEmpty()) {
        throw new UserError("adalora.rank_pattern has no entry " + inPattern(path));
      }
      return startRank;
    }
    return (int) kept.stream().filter(k -> k).count();
  }

  private Triplets fresh(Site site, Slot slot) {
    Linear base = (Linear) slot.base();
    int r = rankAt(slot.path());
    Compute compute = site.model().compute();
    try (Scope scope = new Scope()) {
      torch.manual_seed(site.seed(slot));
      return new Triplets(
          slot.path(),
          site.under(slot),
          site.weight(slot.path(), "lora_A", Fresh.normal(compute, DEVIATION, r, base.in())),
          site.weight(slot.path(), "lora_B", Fresh.normal(compute, DEVIATION, base.out(), r)),
          site.weight(slot.path(), "lora_E", Fresh.full(compute, 0, r, 1)),
          alpha / (startRank + 1e-5), // the addend is PEFT's
          dropout,
          site.model().dropout());
    }
  }

  /**
   * y = W x + s P L Q x (eq. 3).
   *
   * @param q Q (r, in)
   * @param p P (out, r)
   * @param l the diagonal L (r, 1)
   */
  record Triplets(
      String path,
      Projection inner,
      Parameter q,
      Parameter p,
      Parameter l,
      double scale,
      double rate,
      Dropout dropout)
      implements Paired {
    /** P and L Q, of the entries of L that are not zero. */
    @Override
    public LoraFactors.Factors pair() {
      Tensor kept = l.value().view(-1).nonzero().view(-1); // (r left)
      Tensor down = q.value().mul(l.value()).index_select(0, kept);
      Tensor up = p.value().index_select(1, kept);
      return new LoraFactors.Factors(LoraFactors.Kind.LINEAR, down, up, scale);
    }

    List<Parameter> parameters() {
      return List.of(q, p, l);
    }

    @Override
    public Tensor apply(Tensor x) { // (N, in)
      ScalarType type = x.scalar_type();
      Tensor low =
          torch.linear(dropout.apply(x, rate), q.value().mul(l.value()).to(type)); // (N, r)
      return inner.apply(x).add(torch.linear(low, p.as(x)), Ops.scalar(scale));
    }

    @Override
    public Linear merged() {
      Linear copy = (Linear) Adaptation.copyOf(inner);
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        copy.matrix().add_(p.value().mm(q.value().mul(l.value())), Ops.scalar(scale));
      }
      return copy;
    }
  }
}
