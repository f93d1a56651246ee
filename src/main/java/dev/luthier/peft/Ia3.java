package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.Projection;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * IA3 (Liu et al. 2022, https://arxiv.org/abs/2205.05638, section 3.3): keys, values and the inner
 * activations of the feed-forward are multiplied by learned vectors l, which begin at one: l_k K,
 * l_v V, (l_ff g(W1 x)) W2. Equal to PEFT's tuners/ia3, which scales a fused map of queries, keys
 * and values as a whole. Letters: N tokens.
 */
@Doc("Learned factors on keys, values and feed-forward activations (IA3, arXiv 2205.05638)")
public record Ia3(
    @Doc(
            value = "The layers whose output is scaled, or whose input is; unset: the family's",
            elsewhere = {"target_modules"})
        Optional<Targets> targets,
    @Doc(
            value =
                "Those of the targets whose input is scaled: endings of their names or a regular"
                    + " expression; unset: the family's",
            elsewhere = {"feedforward_modules"})
        Optional<Targets> feedforward,
    @Doc(
            value = "Modules trained and saved whole, such as embed_tokens or lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  public Ia3 {
    boolean everything = feedforward.filter(Targets.AllLinear.class::isInstance).isPresent();
    if (everything) {
      throw new UserError("ia3.feedforward must name modules, was all-linear");
    }
    if (targets.orElse(null) instanceof Targets.Names all
        && feedforward.orElse(null) instanceof Targets.Names some
        && !all.names().containsAll(some.names())) {
      throw new UserError(
          "ia3.feedforward must be some of ia3.targets %s, was %s"
              .formatted(all.names(), some.names()));
    }
  }

  /** The family's modules. */
  public static Ia3 usual() {
    return new Ia3(Optional.empty(), Optional.empty(), List.of());
  }

  @Override
  public Rate usualRate() {
    // the best of PEFT's method comparison; the paper has 3e-3 with Adafactor
    return new Rate.ByWidth(5e-3);
  }

  Targets targets(Model model) {
    return FamilyTargets.IA3.or(targets, model, "ia3.targets");
  }

  /** Where targets alone are given: those of them that end as the family's do. */
  Targets feedforward(Model model) {
    Targets usual = FamilyTargets.IA3_FEEDFORWARD.or(feedforward, model, "ia3.feedforward");
    return feedforward.isEmpty() && targets(model) instanceof Targets.Names list
        ? new Targets.Names(list.names().stream().filter(n -> ends(usual, n)).toList())
        : usual;
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "ia3.save");
    Targets all = targets(site.model());
    Targets inputs = feedforward(site.model());
    List<Change<?>> changes = new ArrayList<>();
    List<Parameter> trainable = new ArrayList<>();
    for (Slot slot : Targeted.linear(site, "ia3", all, List.of())) {
      boolean input = ends(inputs, slot.path());
      Parameter l = ones(site, slot, input);
      Projection under = site.under(slot);
      changes.add(
          new Change<>(slot, input ? new ScaledInput(under, l) : new ScaledOutput(under, l)));
      trainable.add(l);
    }
    return Attachment.of(changes, trainable)
        .writtenAs(() -> new Ia3(Optional.of(all), Optional.of(inputs), save));
  }

  /** PEFT's rule for inputs: names are endings of the path, without a dot before them. */
  private static boolean ends(Targets inputs, String path) {
    return inputs instanceof Targets.Names list
        ? list.names().stream().anyMatch(path::endsWith)
        : inputs.names(path);
  }

  private static Parameter ones(Site site, Slot slot, boolean input) {
    Compute compute = site.model().compute();
    Linear linear = (Linear) slot.base();
    long[] shape = input ? new long[] {1, linear.in()} : new long[] {linear.out(), 1};
    try (Scope scope = new Scope()) {
      return site.weight(slot.path(), "ia3_l", Fresh.full(compute, 1, shape));
    }
  }

  /**
   * y = l (W x + b).
   *
   * @param factors l (out, 1)
   */
  record ScaledOutput(Projection inner, Parameter factors) implements Adaptation.Layered {
    @Override
    public Tensor apply(Tensor x) { // (N, in)
      return inner.apply(x).mul(factors.as(x).view(-1)); // (N, out)
    }

    @Override
    public Linear merged() {
      Linear copy = (Linear) Adaptation.copyOf(inner);
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        copy.matrix().mul_(factors.value());
        Parameter bias = copy.bias();
        if (bias != null) {
          bias.value().mul_(factors.value().view(-1));
        }
      }
      return copy;
    }
  }

  /**
   * y = W (l x) + b.
   *
   * @param factors l (1, in)
   */
  record ScaledInput(Projection inner, Parameter factors) implements Adaptation.Layered {
    @Override
    public Tensor apply(Tensor x) { // (N, in)
      return inner.apply(x.mul(factors.as(x)));
    }

    @Override
    public Linear merged() {
      Linear copy = (Linear) Adaptation.copyOf(inner);
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        copy.matrix().mul_(factors.value());
      }
      return copy;
    }
  }
}
