package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * Diff pruning (Guo et al. 2021, https://arxiv.org/abs/2012.07463): W + z z_g w, where w is a dense
 * change, z a gate for each weight and z_g one for each tensor (the structured form); the expected
 * number of open gates is a penalty. {@link Gated} is the mathematics.
 */
@Doc(
    "A change of all weights whose gates close under a penalty until a share is left (arXiv 2012.07463)")
public record DiffPruning(
    @Doc("Share of the targets' weights that remain changed; 0.005 where `count` is unset too")
        Optional<Double> share,
    @Doc("How many weights remain changed, instead of a share") Optional<Long> count,
    @Doc(
            value = "The modules whose weights may change",
            elsewhere = {"target_modules"})
        @Default("all-linear")
        Targets targets,
    @Doc("What each open gate adds to the loss") @Default("1.25e-7") double penalty,
    @Doc("Where the gates' numbers begin: the higher, the longer they stay open") @Default("5")
        double start,
    @Doc("The rate of the gates' numbers as a multiple of the run's") @Default("200")
        double gateRate,
    @Doc("Share of the run, at its end, in which only the weights that are kept still learn")
        @Default("0.3")
        double settle,
    @Doc(
            value = "Modules trained and saved whole beside the task's head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  private static final double SHARE = 0.005; // the paper's

  public DiffPruning {
    share = Amount.or(SHARE, share, count);
    new Amount("diff_pruning", share, count);
    Check.atLeast("diff_pruning.penalty", 0.0, penalty);
    Check.within("diff_pruning.start", -20, 20, start);
    Check.above("diff_pruning.gate_rate", 0, gateRate);
    Check.below("diff_pruning.settle", 0, 1, settle);
  }

  @Override
  public Rate usualRate() {
    // measured on small models; the gates' is 0.06 at the width of 1024, where the authors have 0.1
    // (and 1e-5 to 5e-5 for the changes)
    return new Rate.ByWidth(1e-4);
  }

  @Override
  public double rateOf(Parameter weight) {
    return weight.name().endsWith(Gated.ALPHA) ? gateRate : 1;
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "diff_pruning.save");
    Safetensors saved = site.saved();
    Amount amount = new Amount("diff_pruning", share, count);
    return saved == null
        ? Gated.attach(site, Selection.of(site, targets, amount, Unit.WEIGHT), this)
        : Deltas.saved(site, saved);
  }
}
