package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import java.nio.file.Path;

/** The model that a run starts from. */
@Doc("The model to start from")
@Shorthand
public record ModelSpec(
    @Doc(
            value =
                "Its folder (config.json, safetensors, tokenizer.json), or `ORG/NAME[@REV]` of the hub",
            elsewhere = {"model_name_or_path", "name", "base_model"})
        Path path,
    @Doc("Where it computes: `auto` (a GPU where there is one), `cpu`, `cuda` or `cuda:N`")
        @Default("auto")
        String device) {
  public ModelSpec {
    if (!device.matches("auto|cpu|cuda(:\\d+)?")) {
      throw new UserError("model.device must be auto, cpu, cuda or cuda:N, was " + device);
    }
  }
}
