package dev.luthier.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Text to tokens and back, as the model folder's tokenizer.json says (Hugging Face tokenizers). It
 * neither cuts nor pads, whatever the file asks for, and it never uses the network.
 */
public final class Tokenizer implements AutoCloseable {
  static {
    // The native library comes with its jar: no download, no report of use.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private final Path file;
  private final HuggingFaceTokenizer rust;
  private final Vocabulary vocabulary;
  private final SpecialTokens special;

  private Tokenizer(HuggingFaceTokenizer rust, Vocabulary vocabulary, Path modelDir) {
    this.file = modelDir.resolve("tokenizer.json");
    this.rust = rust;
    this.vocabulary = vocabulary;
    this.special = SpecialTokens.load(modelDir, id -> decode(new int[] {id}, false));
  }

  /**
   * @throws UserError if the folder has no tokenizer.json or the file is broken
   */
  public static Tokenizer load(Path modelDir) {
    return load(modelDir, TokenizerJson.read(modelDir));
  }

  /**
   * A tokenizer for texts that come word by word ({@link #encode(List)}).
   *
   * @throws UserError as {@link #load(Path)}
   */
  public static Tokenizer loadForWords(Path modelDir) {
    ObjectNode json = TokenizerJson.read(modelDir);
    TokenizerJson.blankBeforeWords(json);
    return load(modelDir, json);
  }

  private static Tokenizer load(Path modelDir, ObjectNode json) {
    json.putNull("truncation");
    json.putNull("padding");
    Map<String, String> options = new HashMap<>(Map.of("truncation", "false", "padding", "false"));
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    try {
      return new Tokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options),
          Vocabulary.of(json),
          modelDir);
    } catch (UserError e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UserError(
          "%s is broken or newer than this build knows: %s"
              .formatted(modelDir.resolve("tokenizer.json"), e.getMessage()),
          e);
    }
  }

  /**
   * @param ids the tokens
   * @param starts where each begins, in UTF-16 chars of the text that was given
   * @param ends where each ends, exclusive; several tokens of one character share its range, and a
   *     token that stands for no text has an empty one
   */
  public record Encoding(int[] ids, int[] starts, int[] ends) {
    public int length() {
      return ids.length;
    }
  }

  /**
   * @param addSpecialTokens whether the file's post-processor may add its tokens (BOS, CLS ...);
   *     control tokens written in the text are recognised in any case
   */
  public Encoding encode(String text, boolean addSpecialTokens) {
    ai.djl.huggingface.tokenizers.Encoding encoding =
        told(() -> rust.encode(text, addSpecialTokens, false));
    int[] ids = ints(encoding.getIds());
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int[] chars = CodePoints.chars(text);
    for (int i = 0; i < ids.length; i++) {
      if (spans[i] == null) { // added by the post-processor
        starts[i] = ends[i] = i == 0 ? 0 : ends[i - 1];
      } else {
        starts[i] = chars[spans[i].getStart()];
        ends[i] = chars[spans[i].getEnd()];
      }
    }
    return new Encoding(ids, starts, ends);
  }

  /** A text, or two, with what the post-processor adds; nothing is cut. */
  public Encoded encode(String text, Optional<String> pair) {
    return encoded(
        told(
            () ->
                pair.isPresent()
                    ? rust.encode(text, pair.get(), true, false)
                    : rust.encode(text, true, false)));
  }

  /** A text given word by word, with what the post-processor adds; nothing is cut. */
  public Encoded encode(List<String> words) {
    return encoded(told(() -> rust.encode(words, true, false)));
  }

  private static Encoded encoded(ai.djl.huggingface.tokenizers.Encoding rust) {
    return new Encoded(
        ints(rust.getIds()),
        ints(rust.getTypeIds()),
        ints(rust.getSequenceIds()),
        ints(rust.getWordIds()));
  }

  /** The text of tokens; bytes that make no UTF-8 character become U+FFFD. */
  public String decode(int[] ids, boolean skipSpecial) {
    return told(() -> rust.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecial));
  }

  /** What the native library answers, or why it cannot. */
  private <T> T told(Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      throw new UserError("%s does not work: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  /** One more than the largest token id. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  /** The id of a token as tokenizer.json spells it. */
  public OptionalInt idOf(String token) {
    Integer id = vocabulary.ids().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** {@code bos_token}, {@code eos_token}, {@code pad_token} ... and their texts. */
  public Map<String, String> specialTokens() {
    return special.named();
  }

  /** The texts of the added tokens: control tokens and words that are never cut. */
  public Set<String> addedTokens() {
    return vocabulary.added().keySet();
  }

  /** The token that plain text begins with: none if the folder says so or names none. */
  public OptionalInt bos() {
    return special.addsBos() ? named("bos_token") : OptionalInt.empty();
  }

  /** The token that ends a text; empty if the folder names none. */
  public OptionalInt eos() {
    return named("eos_token");
  }

  /** The id of a named special token, as {@code unk_token}. */
  public OptionalInt named(String name) {
    return Optional.ofNullable(special.named().get(name))
        .map(this::idOf)
        .orElse(OptionalInt.empty());
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public void close() {
    rust.close();
  }
}
