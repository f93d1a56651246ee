package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.io.Safetensors;
import java.util.List;
import java.util.Optional;

/**
 * LT-SFT (Ansell et al. 2022, https://arxiv.org/abs/2110.07560): train all weights; keep the k
 * whose change |theta1 - theta0| is largest; rewind; train these k alone. Departures: one round of
 * choosing, which is the authors' default too; no L1 term, which is zero in their code unless asked
 * for; and by default of the linear maps alone, whereas theirs is all weights.
 */
@Doc("Trains all, rewinds, and trains again the weights that had changed most (arXiv 2110.07560)")
public record LtSft(
    @Doc("Share of the targets' weights that learn; 0.01 where `count` is unset too")
        Optional<Double> share,
    @Doc("How many weights learn, instead of a share") Optional<Long> count,
    @Doc(
            value = "The modules whose weights may learn",
            elsewhere = {"target_modules"})
        @Default("all-linear")
        Targets targets,
    @Doc("Steps of the first training, of all weights, as a multiple of the run's") @Default("1")
        double first,
    @Doc(
            value = "Modules trained and saved whole beside the task's head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  private static final double SHARE = 0.01; // of the authors' code

  public LtSft {
    share = Amount.or(SHARE, share, count);
    new Amount("lt_sft", share, count);
    Check.above("lt_sft.first", 0, first);
  }

  Amount amount() {
    return new Amount("lt_sft", share, count);
  }

  @Override
  public Rate usualRate() {
    // most of the authors' scripts have 5e-5; small models want far more: docs/claims.md
    return new Rate.ByWidth(1e-4);
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Optional<Scout> scout() {
    return Optional.of(new Scout.Rehearsal(this, first));
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "lt_sft.save");
    Safetensors saved = site.saved();
    if (saved == null) {
      throw new IllegalStateException("lt_sft chooses by what a Scout finds out first");
    }
    return Deltas.saved(site, saved);
  }
}
