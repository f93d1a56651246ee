package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Sparse fine-tuning: W + D, where D has values at k places, chosen by a score, and is zero
 * elsewhere. Only those k values train, so the optimiser's state has their size. A share of 1 is
 * full fine-tuning of the targets.
 */
@Doc("A few single weights, neurons, heads or matrices learn")
public record Sparse(
    @Doc("Share of the targets' weights that learn; 0.01 where `count` is unset too")
        Optional<Double> share,
    @Doc("How many weights learn, instead of a share") Optional<Long> count,
    @Doc(
            value = "The modules whose weights may learn",
            elsewhere = {"target_modules"})
        @Default("all-linear")
        Targets targets,
    @Doc(
            "What is chosen as one: single weights, or what belongs together, by the sum of its scores")
        @Default("weight")
        Unit unit,
    @Doc("By what they are chosen") @Default("fisher") Choose choose,
    @Doc(
            value = "Modules trained and saved whole beside the task's head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  private static final double SHARE = 0.01; // LT-SFT's; adapters are of this size too

  public Sparse {
    share = Amount.or(SHARE, share, count);
    new Amount("sparse", share, count);
  }

  /** A score of one weight. */
  interface Score {
    Tensor of(Parameter weight);
  }

  Attachment at(Site site, Score score) {
    Selection selection = selection(site);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      return Deltas.attach(
          site, selection.changes(selection.weights().stream().map(score::of).toList()));
    }
  }

  Selection selection(Site site) {
    return Selection.of(site, targets, amount(), unit);
  }

  Amount amount() {
    return new Amount("sparse", share, count);
  }

  Sparse chosenBy(Choose other) {
    return new Sparse(share, count, targets, unit, other, save);
  }

  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(3e-4); // a little above LoRA; small models take ten times more and up
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Optional<Scout> scout() {
    return choose.scout(this);
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "sparse.save");
    Safetensors saved = site.saved();
    return saved == null ? choose.attach(this, site) : Deltas.saved(site, saved);
  }
}
