package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A stage that writes a model with an adapter in its weights. */
@Name("merge")
@Doc("Writes a model that has an adapter in its weights; leaves `model`")
public record MergeStage(
    @Doc("The model's folder, or `ORG/NAME[@REV]` of the hub") Path model,
    @Doc("The adapter's folder") Path adapter,
    @Doc("How the model was kept in training: the `model.quantize` of that recipe") @Default("none")
        Quantize quantize)
    implements Work {
  @Override
  public Map<String, Path> artefacts(Path dir) {
    return new MadeModel(dir).artefacts();
  }

  @Override
  public Writer.Voice start(String device) {
    return new Writer.Voice(model, Optional.of(adapter), Optional.empty(), device, quantize);
  }

  @Override
  public Optional<Writer.Voice> voice(Path dir, String device) {
    return new MadeModel(dir).voice(device);
  }

  @Override
  public boolean carryOut(Run run) {
    Path into = new MadeModel(run.dir()).folder();
    if (!Files.exists(into)) {
      MergedFolder.write(model, adapter, into, quantize, run.out());
    }
    return true;
  }

  @Override
  public Map<String, Change> measured(Path dir) {
    return Map.of();
  }
}
