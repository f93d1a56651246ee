package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** A stage that writes a model with an adapter in its weights. */
@Name("merge")
@Doc("Writes a model that has an adapter in its weights; leaves `model`")
public record MergeStage(
    @Doc("The model's folder, or `ORG/NAME[@REV]` of the hub") Path model,
    @Doc("The adapter's folder") Path adapter,
    @Doc("How the model was kept in training: the `model.quantize` of that recipe") @Default("none")
        Quantize quantize)
    implements ModelStage {

  @Override
  public Writer.Voice start(String device) {
    return new Writer.Voice(model, Optional.of(adapter), Optional.empty(), device, quantize);
  }

  @Override
  public void write(Path into, PrintWriter out) {
    MergedFolder.write(model, adapter, into, quantize, out);
  }
}
