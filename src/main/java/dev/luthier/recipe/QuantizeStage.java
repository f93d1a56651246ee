package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A stage that writes a model whose linear maps are quantised. */
@Name("quantize")
@Doc(
    "Writes a model whose linear layers are quantised, as bitsandbytes stores them; leaves `model`")
public record QuantizeStage(
    @Doc("The model's folder, or `ORG/NAME[@REV]` of the hub") Path model,
    @Doc("How its linear layers are kept") @Default("nf4") Quantize as,
    @Doc("Linear layers to leave as they are, such as `down_proj` or `layers.0`") @Default("[]")
        List<String> skip)
    implements ModelStage {
  public QuantizeStage {
    skip = List.copyOf(skip);
    if (as.storage().isEmpty()) {
      throw new UserError("quantize.as must be nf4, fp4 or int8, was none");
    }
  }

  @Override
  public Writer.Voice start(String device) {
    return new Writer.Voice(model, Optional.empty(), Optional.empty(), device);
  }

  @Override
  public void write(Path into, PrintWriter out) {
    new QuantizedFolder(as.storage().orElseThrow(), skip, Optional.empty()).write(model, into, out);
  }
}
