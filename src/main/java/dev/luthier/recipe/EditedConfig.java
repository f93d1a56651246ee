package dev.luthier.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A config.json that is another folder's with some keys changed, and all others as they stood. */
final class EditedConfig {
  static final String NAME = "config.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private EditedConfig() {}

  /**
   * @throws UserError if it cannot be read or written
   */
  static void write(Path from, Path into, Consumer<ObjectNode> change) {
    Path file = from.resolve(NAME);
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(file));
      change.accept(json);
      byte[] text = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
      AtomicFile.write(into.resolve(NAME), text);
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
  }
}
