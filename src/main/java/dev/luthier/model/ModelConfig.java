package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model folder's config.json, read with errors that name the file and the key.
 *
 * @param file where it was read
 * @param json its content
 */
public record ModelConfig(Path file, JsonNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param dir a model folder
   * @throws UserError if there is no config.json or it is not a JSON object
   */
  public static ModelConfig read(Path dir) {
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
      return new ModelConfig(file, json);
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
  }

  /** Writes config.json into a folder, with the tie and the type as given. */
  void write(Path dir, boolean tied, ScalarType dtype) {
    ObjectNode out = json.deepCopy();
    out.put("tie_word_embeddings", tied);
    out.remove("torch_dtype");
    out.put(
        "dtype",
        switch (dtype) {
          case BFloat16 -> "bfloat16";
          case Half -> "float16";
          default -> "float32";
        });
    try {
      JSON.writerWithDefaultPrettyPrinter().writeValue(dir.resolve("config.json").toFile(), out);
    } catch (IOException e) {
      throw new UserError(
          "cannot write " + dir.resolve("config.json") + ": " + UserError.reason(e), e);
    }
  }

  public String modelType() {
    return text("model_type", "");
  }

  public int vocabSize() {
    return integer("vocab_size");
  }

  public int hiddenSize() {
    return integer("hidden_size");
  }

  public int layers() {
    return integer("num_hidden_layers");
  }

  public int heads() {
    return integer("num_attention_heads");
  }

  /** Key and value heads; as many as query heads unless stated. */
  public int kvHeads() {
    return integer("num_key_value_heads", heads());
  }

  public int headDim() {
    return integer("head_dim", hiddenSize() / heads());
  }

  /** The longest sequence the model was made for. */
  public int maxPositions() {
    return integer("max_position_embeddings");
  }

  /** True where input table and output head are one matrix. */
  public boolean tied() {
    return flag("tie_word_embeddings", false);
  }

  /** One or several end-of-sequence tokens. */
  public List<Integer> eosIds() {
    return ids(json, "eos_token_id");
  }

  public OptionalInt padId() {
    return json.path("pad_token_id").isInt()
        ? OptionalInt.of(json.path("pad_token_id").asInt())
        : OptionalInt.empty();
  }

  /** Whole numbers where a file gives one or several; empty where it gives none. */
  public static List<Integer> ids(JsonNode from, String key) {
    List<Integer> out = new ArrayList<>();
    JsonNode node = from.path(key);
    if (node.isInt()) {
      out.add(node.asInt());
    }
    node.elements().forEachRemaining(e -> out.add(e.asInt()));
    return out;
  }

  public int integer(String key) {
    JsonNode node = json.path(key);
    if (!node.isInt() || node.asInt() < 1) {
      throw new UserError(
          "%s: %s must be a whole number above 0, was %s".formatted(file, key, shown(node)));
    }
    return node.asInt();
  }

  public int integer(String key, int otherwise) {
    return json.path(key).isMissingNode() || json.path(key).isNull() ? otherwise : integer(key);
  }

  public double number(String key, double otherwise) {
    return number(json, key, otherwise);
  }

  double number(JsonNode from, String key, double otherwise) {
    JsonNode node = from.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isNumber()) {
      throw new UserError("%s: %s must be a number, was %s".formatted(file, key, shown(node)));
    }
    return node.asDouble();
  }

  public boolean flag(String key, boolean otherwise) {
    return json.path(key).isBoolean() ? json.path(key).asBoolean() : otherwise;
  }

  public String text(String key, String otherwise) {
    return json.path(key).isTextual() ? json.path(key).asText() : otherwise;
  }

  static String shown(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }
}
