package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A model folder's config.json on disk. */
final class ConfigFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ConfigFile() {}

  /**
   * @throws UserError if there is no config.json or it is not a JSON object
   */
  static ModelConfig read(Path dir) {
    Path file = dir.resolve("config.json");
    if (!Files.isDirectory(dir)) {
      throw new UserError(
          "model.path: no folder " + dir + "; give a folder with config.json and safetensors");
    }
    if (!Files.exists(file)) {
      throw new UserError(dir + " has no config.json, so it is not a model folder");
    }
    try {
      JsonNode json = JSON.readTree(Files.readString(file));
      if (json == null || !json.isObject()) {
        throw new UserError(file + " is not a JSON object");
      }
      return new ModelConfig(file, FamilyDefaults.fill(json));
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
  }

  /**
   * Writes config.json into a folder.
   *
   * @param tied whether input table and output embedding are one matrix
   * @param dtype the type of the weights beside it
   */
  static void write(ModelConfig config, Path dir, boolean tied, ScalarType dtype) {
    ObjectNode out = config.json().deepCopy();
    out.put("tie_word_embeddings", tied);
    out.remove("torch_dtype");
    out.put(
        "dtype",
        switch (dtype) {
          case BFloat16 -> "bfloat16";
          case Half -> "float16";
          default -> "float32";
        });
    Path file = dir.resolve("config.json");
    try {
      JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), out);
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + UserError.reason(e), e);
    }
  }
}
