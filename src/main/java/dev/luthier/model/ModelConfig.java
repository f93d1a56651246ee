package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A model folder's config.json and where it was read: errors name the file and the key. */
public record ModelConfig(Path file, JsonNode json) {
  private static final int UNLIMITED = 1 << 20;

  /** Reads a model folder's; {@link UserError} if there is none or it is not a JSON object. */
  public static ModelConfig read(Path dir) {
    return ConfigFile.read(dir);
  }

  public String modelType() {
    return text("model_type", "");
  }

  public int vocabSize() {
    return integer("vocab_size");
  }

  public int hiddenSize() {
    return integer(spelling("hidden_size", "n_embd", "d_model"));
  }

  public int layers() {
    return integer(spelling("num_hidden_layers", "n_layer", "num_layers"));
  }

  public int heads() {
    return integer(spelling("num_attention_heads", "n_head", "num_heads"));
  }

  /**
   * Key and value heads; as many as query heads unless stated.
   *
   * @throws UserError if the query heads do not divide into so many groups
   */
  public int kvHeads() {
    int groups = integer("num_key_value_heads", heads());
    if (heads() % groups != 0) {
      throw new UserError(
          "%s: num_attention_heads %d is no multiple of num_key_value_heads %d"
              .formatted(file, heads(), groups));
    }
    return groups;
  }

  /** The width of a head; the model's width shared out among them unless stated. */
  public int headDim() {
    String key = spelling("head_dim", "d_kv");
    if (json.path(key).isMissingNode() || json.path(key).isNull()) {
      if (hiddenSize() % heads() != 0) {
        throw new UserError(
            "%s: hidden_size %d is no multiple of num_attention_heads %d"
                .formatted(file, hiddenSize(), heads()));
      }
      return hiddenSize() / heads();
    }
    return integer(key);
  }

  /** The longest sequence the model was made for; families without a limit say none. */
  public int maxPositions() {
    String key = spelling("max_position_embeddings", "n_positions");
    return T5.isOne(this) ? UNLIMITED : integer(key) - FamilyDefaults.reservedPositions(this);
  }

  /** The longest sequence that can be used, once positions are stretched. */
  public int context() {
    return Rope.context(this);
  }

  /** The first of these keys that is there. */
  private String spelling(String... keys) {
    for (String key : keys) {
      if (!json.path(key).isMissingNode()) {
        return key;
      }
    }
    return keys[0];
  }

  /** The row of the table that look-ups give no gradient, or -1: torch.nn.Embedding's rule. */
  long padRow() {
    JsonNode pad = json.path("pad_token_id");
    if (!pad.isInt()) {
      return -1;
    }
    if (pad.asInt() >= vocabSize() || pad.asInt() < -vocabSize()) {
      throw new UserError(
          "%s: pad_token_id %d is no row of a vocabulary of %d"
              .formatted(file, pad.asInt(), vocabSize()));
    }
    return pad.asInt() < 0 ? vocabSize() + pad.asInt() : pad.asInt();
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

  /** Whole numbers where a file gives one, several or none. */
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
    if (!node.isNumber() || !Double.isFinite(node.asDouble())) {
      throw new UserError("%s: %s must be a number, was %s".formatted(file, key, shown(node)));
    }
    return node.asDouble();
  }

  public boolean flag(String key, boolean otherwise) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw new UserError("%s: %s must be true or false, was %s".formatted(file, key, node));
    }
    return node.asBoolean();
  }

  public String text(String key, String otherwise) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isTextual()) {
      throw new UserError("%s: %s must be a text, was %s".formatted(file, key, node));
    }
    return node.asText();
  }

  /** The kind of a layer as layer_types gives it, or as the family's rule does. */
  String layerType(int layer, String otherwise) {
    JsonNode types = json.path("layer_types");
    return types.isArray() && layer < types.size() ? types.get(layer).asText() : otherwise;
  }

  /** The same configuration with some keys changed. */
  public ModelConfig with(Consumer<ObjectNode> change) {
    ObjectNode copy = json.deepCopy();
    change.accept(copy);
    return new ModelConfig(file, copy);
  }

  static String shown(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }
}
