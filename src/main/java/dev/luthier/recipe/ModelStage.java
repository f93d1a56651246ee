package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A stage that writes a model's folder, and measures nothing. */
@Doc("A stage that writes a model")
public sealed interface ModelStage extends Work permits MergeStage, QuantizeStage, RegroupStage {
  /**
   * Writes the model.
   *
   * @param into a folder that does not exist
   * @param out what people read
   */
  void write(Path into, PrintWriter out);

  @Override
  default boolean carryOut(Run run) {
    Path into = new MadeModel(run.dir()).folder();
    if (!Files.exists(into)) {
      write(into, run.out());
    }
    return true;
  }

  @Override
  default Map<String, Path> artefacts(Path dir) {
    return new MadeModel(dir).artefacts();
  }

  @Override
  default Optional<Writer.Voice> voice(Path dir, String device) {
    return new MadeModel(dir).voice(device);
  }

  @Override
  default Map<String, Change> measured(Path dir) {
    return Map.of();
  }
}
