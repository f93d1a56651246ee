package dev.luthier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A folder with all that a run needs, small enough to train in seconds: a random Llama of 115,008
 * weights, a tokenizer of single bytes, plain prompts and completions, and a recipe in which
 * everything happens often: 40 steps of 4 rows in two parts, 10 an epoch, dropout, an evaluation
 * every 3 steps, a checkpoint every 2.
 *
 * @param dir holds model, train.jsonl and recipe.yaml, which writes to out
 */
public record TinyRun(Path dir) {
  public static final int STEPS = 40;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BYTES = 262; // the ids of tiny-base below: control tokens and bytes
  private static final int ROWS = 48; // 38 of them to learn from

  /** Writes the folder. */
  public static TinyRun in(Path dir) {
    try {
      Files.createDirectories(dir.resolve("model"));
      for (String name : List.of("config.json", "model.safetensors")) {
        Files.copy(
            Golden.SHIPPED.resolve("llama/model").resolve(name), dir.resolve("model/" + name));
      }
      Path base = Path.of("models/tiny-base");
      Files.copy(base.resolve("tokenizer_config.json"), dir.resolve("model/tokenizer_config.json"));
      Files.write(dir.resolve("model/tokenizer.json"), bytesOnly(base.resolve("tokenizer.json")));
      Files.write(dir.resolve("train.jsonl"), rows());
      Files.writeString(dir.resolve("recipe.yaml"), recipe(dir));
      return new TinyRun(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** tiny-base's tokenizer without its merges. */
  private static byte[] bytesOnly(Path file) throws IOException {
    JsonNode tokenizer = Golden.json(file);
    ObjectNode model = (ObjectNode) tokenizer.path("model");
    ObjectNode vocab = JSON.createObjectNode();
    model.path("vocab").properties().stream()
        .filter(e -> e.getValue().asInt() < BYTES)
        .forEach(e -> vocab.set(e.getKey(), e.getValue()));
    model.set("vocab", vocab);
    model.putArray("merges");
    return JSON.writeValueAsBytes(tokenizer);
  }

  /** The first chats of tiny-chat that are short, as prompt and completion. */
  private static List<String> rows() throws IOException {
    List<String> out = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("data/tiny-chat/sft-train.jsonl"))) {
      JsonNode messages = JSON.readTree(line).path("messages");
      String prompt = messages.get(messages.size() - 2).path("content").asText() + " ";
      String completion = messages.get(messages.size() - 1).path("content").asText();
      if (prompt.length() + completion.length() < 90 && out.size() < ROWS) {
        out.add(JSON.writeValueAsString(Map.of("prompt", prompt, "completion", completion)));
      }
    }
    return out;
  }

  private static String recipe(Path dir) {
    return """
    model: { path: %s/model, device: cpu }
    method: sft
    peft: { lora: { rank: 4, alpha: 8, dropout: 0.1 } }
    data: { train: %s/train.jsonl, holdout: 0.2 }
    optim: { lr: 5e-3, batch: 4, micro_batch: 2, epochs: 4 }
    eval: { every: 3, generate: 4, max_new_tokens: 8 }
    checkpoint: { every: 2 }
    output: %s/out
    """
        .formatted(dir, dir, dir);
  }

  public Path recipe() {
    return dir.resolve("recipe.yaml");
  }

  public Path model() {
    return dir.resolve("model");
  }

  public Path out() {
    return dir.resolve("out");
  }

  /** The command line of a process of its own, with the options and the class path of this one. */
  public static List<String> java(String mainClass, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-D") || option.startsWith("-X"))
        .forEach(command::add);
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1"); // starts sooner
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(args));
    return command;
  }
}
