package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import java.util.Map;
import java.util.Optional;

/** The keys of a recipe of stages. */
@Doc("A recipe of stages, of which each takes what earlier ones left (docs/stages.md)")
record StagesSpec(
    @Doc(
            "The stages by name, in their order: each a recipe without `output`, or one of the kinds"
                + " that train nothing")
        Map<String, Work> stages,
    @Doc("What is measured after each stage that leaves a model that writes; unset: nothing")
        Optional<HeldOut> report,
    @Doc(
            value = "The directory of all stages, made by the run; each has its own within",
            elsewhere = {"output_dir", "out"})
        String output,
    @Doc("Where stages compute that leave `model.device` at `auto`") @Default("auto") String device,
    @Doc("The seed of stages that name none") @Default("42") long seed) {
  StagesSpec {
    ModelSpec.checkDevice("device", device);
  }
}
