package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** A stage that writes a model with another number of key and value heads. */
@Name("regroup")
@Doc("Writes a model with fewer or more key and value heads (docs/methods/gqa.md); leaves `model`")
public record RegroupStage(
    @Doc("The model's folder, or `ORG/NAME[@REV]` of the hub") Path model,
    @Doc(
            value = "Key and value heads of the new model; must divide its query heads",
            elsewhere = {"num_key_value_heads", "groups"})
        int kvHeads,
    @Doc("How several heads become one") @Default("mean") PooledBy by)
    implements ModelStage {
  public RegroupStage {
    Check.atLeast("regroup.kv_heads", 1, kvHeads);
  }

  @Override
  public Writer.Voice start(String device) {
    return new Writer.Voice(model, Optional.empty(), Optional.empty(), device);
  }

  @Override
  public void write(Path into, PrintWriter out) {
    new RegroupedFolder(kvHeads, by).write(model, into, out);
  }
}
