package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What sentence-transformers writes beside a model: modules.json and 1_Pooling/config.json. */
final class SentenceFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODULES = "modules.json";
  private static final String PACKAGE = "sentence_transformers.models.";
  private static final String POOLING = "1_Pooling";

  private SentenceFiles() {}

  /**
   * How the folder's states become vectors; the plain mean where it says nothing.
   *
   * @throws UserError if it asks for what is not built
   */
  static Pooling read(Path dir) {
    Path file = dir.resolve(MODULES);
    if (!Files.exists(file)) {
      return Pooling.MEAN;
    }
    Pooling.Of of = Pooling.Of.MEAN;
    boolean normalized = false;
    for (JsonNode module : json(file)) {
      String type = module.path("type").asText();
      String path = module.path("path").asText();
      switch (type.substring(type.lastIndexOf('.') + 1)) {
        case "Transformer" -> refuseSubfolder(file, path);
        case "Pooling" -> of = mode(dir.resolve(path).resolve("config.json"));
        case "Normalize" -> normalized = true;
        default -> throw new UserError("%s: module %s is not built".formatted(file, type));
      }
    }
    return new Pooling(of, normalized);
  }

  private static void refuseSubfolder(Path file, String path) {
    if (!path.isEmpty()) {
      throw new UserError(
          "%s: the model lies in %s below this folder, which is not built; put its files here"
              .formatted(file, path));
    }
  }

  /** One of the flags pooling_mode_..., or, in newer files, pooling_mode itself. */
  private static Pooling.Of mode(Path file) {
    JsonNode json = json(file);
    List<String> on =
        json.properties().stream()
            .filter(e -> e.getKey().startsWith("pooling_mode"))
            .filter(e -> e.getValue().isTextual() || e.getValue().asBoolean())
            .map(e -> e.getValue().isTextual() ? e.getValue().asText() : e.getKey())
            .toList();
    return Arrays.stream(Pooling.Of.values())
        .filter(m -> on.equals(List.of(m.mode)) || on.equals(List.of(m.flag)))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "%s: pooling %s is not built; known are the mean of all tokens and the first token"
                        .formatted(file, on)));
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
  }

  static void write(Path dir, Pooling pooling, int width) {
    ArrayNode modules = JSON.createArrayNode();
    add(modules, "", "Transformer");
    add(modules, POOLING, "Pooling");
    if (pooling.normalized()) {
      add(modules, "2_Normalize", "Normalize");
    }
    ObjectNode config = JSON.createObjectNode().put("word_embedding_dimension", width);
    for (Pooling.Of of : Pooling.Of.values()) {
      config.put(of.flag, of == pooling.of());
    }
    try {
      Files.createDirectories(dir.resolve(POOLING));
    } catch (IOException e) {
      throw new UserError("cannot write " + dir + ": " + UserError.reason(e), e);
    }
    write(dir.resolve(POOLING).resolve("config.json"), config);
    write(dir.resolve(MODULES), modules);
  }

  private static void add(ArrayNode modules, String path, String type) {
    int i = modules.size();
    modules
        .addObject()
        .put("idx", i)
        .put("name", Integer.toString(i))
        .put("path", path)
        .put("type", PACKAGE + type);
  }

  private static void write(Path file, JsonNode json) {
    AtomicFile.write(file, json.toPrettyString().getBytes(StandardCharsets.UTF_8));
  }
}
