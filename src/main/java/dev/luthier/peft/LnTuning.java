package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LayerNorm tuning (Zhao et al. 2023, https://arxiv.org/abs/2312.11420): of the model's own weights
 * only those of the norms train, as copies. Equal to PEFT's tuners/ln_tuning, which takes any other
 * module too.
 */
@Doc("Copies of the norms learn (arXiv 2312.11420)")
public record LnTuning(
    @Doc(
            value =
                "The modules whose weights learn: names or a regular expression; unset: the family's norms",
            elsewhere = {"target_modules"})
        Optional<Targets> targets,
    @Doc(
            value = "Modules trained and saved whole, such as embed_tokens or lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  public LnTuning {
    boolean everything = targets.filter(Targets.AllLinear.class::isInstance).isPresent();
    if (everything) {
      throw new UserError("ln_tuning.targets must name modules, was all-linear");
    }
  }

  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(1e-3); // so few weights need more than full fine-tuning's rate
  }

  Targets targets(Model model) {
    return FamilyTargets.LN_TUNING.or(targets, model, "ln_tuning.targets");
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "ln_tuning.save");
    Targets chosen = targets(site.model());
    List<Change<?>> changes = new ArrayList<>();
    List<Whole> copies = new ArrayList<>();
    for (Slot slot :
        Targeted.slots(
            site,
            "ln_tuning",
            chosen,
            List.of(),
            s -> chosen.names(s.path()) && !s.base().weights().isEmpty())) {
      String path = site.prefix() + slot.path() + ".ln_tuning_layers";
      Whole whole = new Whole(slot.path(), slot.base().copy(path));
      changes.add(new Change<>(slot, whole));
      copies.add(whole);
    }
    return Attachment.of(changes, copies.stream().flatMap(w -> w.parameters().stream()).toList())
        .writtenAs(() -> new LnTuning(Optional.of(chosen), save));
  }
}
