package dev.luthier.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The files of a model folder that list its tokens, with tokens added to them as transformers'
 * {@code add_tokens} does: a text that the vocabulary has keeps its id, others get the ids behind
 * the last.
 *
 * @param files tokenizer.json, tokenizer_config.json, and of special_tokens_map.json and
 *     added_tokens.json those that are there
 * @param fresh the tokens that were added, with their ids
 */
public record TokenizerFiles(Map<String, ObjectNode> files, Map<String, Integer> fresh) {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL = "special_tokens_map.json";
  private static final String ADDED = "added_tokens.json";
  private static final String EXTRA = "additional_special_tokens";

  public TokenizerFiles {
    files = Map.copyOf(files);
    fresh = Map.copyOf(fresh);
  }

  /**
   * @throws UserError if the folder has no tokenizer.json, or a file is broken
   */
  public static TokenizerFiles read(Path modelDir) {
    Map<String, ObjectNode> files = new LinkedHashMap<>();
    files.put(TOKENIZER, TokenizerJson.read(modelDir));
    files.put(
        CONFIG, object(modelDir.resolve(CONFIG)).orElseGet(JsonNodeFactory.instance::objectNode));
    for (String name : List.of(SPECIAL, ADDED)) {
      object(modelDir.resolve(name)).ifPresent(json -> files.put(name, json));
    }
    return new TokenizerFiles(files, Map.of());
  }

  private static Optional<ObjectNode> object(Path file) {
    return Vocabulary.json(file)
        .map(
            json -> {
              if (json instanceof ObjectNode object) {
                return object;
              }
              throw new UserError(file + " must hold a JSON object");
            });
  }

  /** One more than the largest token id: the rows that the model's embedding needs at least. */
  public int rows() {
    return Vocabulary.of(json(TOKENIZER)).size();
  }

  private ObjectNode json(String name) {
    return Objects.requireNonNull(files.get(name));
  }

  /** The id of a token; the files must have it. */
  public int id(String token) {
    return Objects.requireNonNull(Vocabulary.of(json(TOKENIZER)).ids().get(token), token);
  }

  /** The files with tokens more; one that is an added token already is passed over. */
  public TokenizerFiles add(List<AddedToken> tokens) {
    Map<String, ObjectNode> out = new LinkedHashMap<>();
    files.forEach((name, json) -> out.put(name, json.deepCopy()));
    Map<String, Integer> ids = new LinkedHashMap<>(fresh);
    TokenizerFiles more = new TokenizerFiles(out, Map.of());
    ObjectNode decoder = more.decoder();
    TokenList list = new TokenList(more.json(TOKENIZER));
    for (AddedToken token : tokens) {
      if (!list.hasAdded(token.content())) {
        int id = list.add(token);
        ids.put(token.content(), id);
        decoder.set(String.valueOf(id), token.json());
        more.note(token, id);
      }
    }
    return new TokenizerFiles(out, ids);
  }

  /** Where older readers look. */
  private void note(AddedToken token, int id) {
    if (files.containsKey(ADDED)) {
      json(ADDED).put(token.content(), id);
    }
    if (token.special()) {
      extra(json(CONFIG)).add(token.content());
      if (files.containsKey(SPECIAL)) {
        extra(json(SPECIAL)).add(token.content());
      }
    }
  }

  /** added_tokens_decoder must list all added tokens, for it overrules tokenizer.json. */
  private ObjectNode decoder() {
    ObjectNode config = json(CONFIG);
    ObjectNode decoder =
        config.path("added_tokens_decoder") instanceof ObjectNode there
            ? there
            : config.putObject("added_tokens_decoder");
    json(TOKENIZER)
        .withArray("added_tokens")
        .forEach(token -> decoder.set(token.path("id").asText(), AddedToken.of(token).json()));
    return decoder;
  }

  private static ArrayNode extra(ObjectNode json) {
    return json.path(EXTRA) instanceof ArrayNode there ? there : json.putArray(EXTRA);
  }

  /**
   * Writes the files, each forced to the disk, and reads them as a tokenizer once.
   *
   * @param dir a folder that exists
   * @throws UserError if it cannot be written, or the tokenizer gives an added token another id
   */
  public void write(Path dir) {
    files.forEach((name, json) -> write(dir.resolve(name), json.toPrettyString()));
    try (Tokenizer tokenizer = Tokenizer.load(dir)) {
      fresh.forEach((text, id) -> check(tokenizer, text, id));
    }
  }

  private static void check(Tokenizer tokenizer, String text, int id) {
    int[] ids = tokenizer.encode(text, false).ids();
    if (Arrays.stream(ids).noneMatch(found -> found == id)) {
      throw new UserError(
          "the added token \"%s\" should be token %d, but the tokenizer reads it as %s"
              .formatted(text, id, Arrays.toString(ids)));
    }
  }

  private static void write(Path file, String text) {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    } catch (IOException e) {
      throw new UserError("%s cannot be written: %s".formatted(file, e.getMessage()), e);
    }
  }
}
