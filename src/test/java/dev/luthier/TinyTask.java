package dev.luthier;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A folder with all that a run of a method for texts needs: a random encoder (or encoder with
 * decoder) of two layers, a tokenizer of whole words, rows, and a recipe of a few steps.
 *
 * @param dir holds model, train.jsonl, eval.jsonl and recipe.yaml, which writes to out
 */
public record TinyTask(Path dir) {
  private static final ObjectMapper JSON = new ObjectMapper();
  public static final List<String> COLOURS = List.of("red", "green", "blue");
  private static final List<String> THINGS =
      List.of("apple", "house", "river", "chair", "horse", "candle", "friend", "winter");
  private static final int ROWS = 48;

  /** The same in every row of this number: a colour, then two things. */
  private static List<String> words(int i) {
    return List.of(COLOURS.get(i % 3), THINGS.get(i % 8), THINGS.get((3 * i + i / 8) % 8));
  }

  /** Row i of a set. */
  public interface Rows {
    Map<String, Object> of(List<String> words, int i);
  }

  /**
   * Writes the folder.
   *
   * @param golden which shipped model it starts from
   * @param method as a recipe writes it
   */
  public static TinyTask in(Path dir, String golden, String method, Rows rows) {
    try {
      Path model = Files.createDirectories(dir.resolve("model"));
      for (String name : List.of("config.json", "model.safetensors")) {
        Files.copy(Golden.SHIPPED.resolve(golden + "/model").resolve(name), model.resolve(name));
      }
      boolean bert = golden.startsWith("bert");
      List<String> special =
          bert
              ? List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
              : List.of("<pad>", "<unk>", "</s>");
      Files.write(model.resolve("tokenizer.json"), tokenizer(special, bert));
      Files.writeString(
          model.resolve("tokenizer_config.json"),
          bert
              ? "{\"cls_token\": \"[CLS]\", \"sep_token\": \"[SEP]\", \"pad_token\": \"[PAD]\","
                  + " \"unk_token\": \"[UNK]\", \"mask_token\": \"[MASK]\"}"
              : "{\"eos_token\": \"</s>\", \"pad_token\": \"<pad>\", \"unk_token\": \"<unk>\"}");
      write(dir.resolve("train.jsonl"), rows, 0, ROWS);
      write(dir.resolve("eval.jsonl"), rows, ROWS, ROWS + 12);
      Files.writeString(dir.resolve("recipe.yaml"), recipe(dir, method));
      return new TinyTask(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, Rows rows, int from, int to) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i : IntStream.range(from, to).toArray()) {
      lines.add(JSON.writeValueAsString(rows.of(words(i), i)));
    }
    Files.write(file, lines);
  }

  /** WordPiece over whole words, as BERT's, or with an end token, as T5's. */
  private static byte[] tokenizer(List<String> special, boolean bert) throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    special.forEach(token -> vocabulary.put(token, vocabulary.size()));
    COLOURS.forEach(word -> vocabulary.put(word, vocabulary.size()));
    THINGS.forEach(word -> vocabulary.put(word, vocabulary.size()));
    List<Object> added = new ArrayList<>();
    special.forEach(
        token ->
            added.add(
                Map.of(
                    "id", vocabulary.get(token),
                    "content", token,
                    "single_word", false,
                    "lstrip", false,
                    "rstrip", false,
                    "normalized", false,
                    "special", true)));
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("version", "1.0");
    out.put("added_tokens", added);
    out.put("pre_tokenizer", Map.of("type", "Whitespace"));
    out.put("post_processor", bert ? template("[CLS]", 2, "[SEP]", 3) : template("", 0, "</s>", 2));
    out.put("decoder", Map.of("type", "WordPiece", "prefix", "##", "cleanup", false));
    out.put(
        "model",
        Map.of(
            "type",
            "WordPiece",
            "unk_token",
            special.get(1),
            "continuing_subword_prefix",
            "##",
            "max_input_chars_per_word",
            100,
            "vocab",
            vocabulary));
    return JSON.writeValueAsBytes(out);
  }

  private static Map<String, Object> template(String begin, int beginId, String end, int endId) {
    List<Object> single = new ArrayList<>();
    Map<String, Object> tokens = new LinkedHashMap<>();
    if (!begin.isEmpty()) {
      single.add(Map.of("SpecialToken", Map.of("id", begin, "type_id", 0)));
      tokens.put(begin, Map.of("id", begin, "ids", List.of(beginId), "tokens", List.of(begin)));
    }
    single.add(Map.of("Sequence", Map.of("id", "A", "type_id", 0)));
    single.add(Map.of("SpecialToken", Map.of("id", end, "type_id", 0)));
    tokens.put(end, Map.of("id", end, "ids", List.of(endId), "tokens", List.of(end)));
    List<Object> pair = new ArrayList<>(single);
    pair.add(Map.of("Sequence", Map.of("id", "B", "type_id", 1)));
    pair.add(Map.of("SpecialToken", Map.of("id", end, "type_id", 1)));
    return Map.of(
        "type", "TemplateProcessing", "single", single, "pair", pair, "special_tokens", tokens);
  }

  private static String recipe(Path dir, String method) {
    return """
    model: { path: %s/model, device: cpu }
    method: %s
    peft: full
    data: { train: %s/train.jsonl, eval: %s/eval.jsonl }
    optim: { lr: 3e-3, batch: 8, micro_batch: 4, epochs: 10 }
    eval: { every: 2 epochs, generate: 4, max_new_tokens: 6 }
    checkpoint: { every: 5 }
    output: %s/out
    """
        .formatted(dir, method, dir, dir, dir);
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
}
