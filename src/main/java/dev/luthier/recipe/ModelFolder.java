package dev.luthier.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.ChatTemplate;
import dev.luthier.data.Renderer;
import dev.luthier.data.Tokenizer;
import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.CausalLm;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Beginning;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model folder without its weights: what can be known before they are read.
 *
 * @param path the folder
 * @param template the model's chat template, where it has one
 */
record ModelFolder(
    Path path, ModelConfig config, Tokenizer tokenizer, Optional<LateTemplate> template)
    implements AutoCloseable {
  /** Files that travel with the weights when a model is saved elsewhere. */
  private static final List<String> COMPANIONS =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.txt",
          "chat_template.jinja",
          "generation_config.json");

  /**
   * @param named the folder, or ORG/NAME[@REV] of the hub
   * @throws UserError if a file is missing or broken, or the tokenizer has tokens that the model
   *     has no row for
   */
  public static ModelFolder open(Path named) {
    Path path = ModelPlace.folder(named);
    ModelConfig config = ModelConfig.read(path);
    Tokenizer tokenizer = Tokenizer.load(path);
    if (tokenizer.vocabularySize() > config.vocabSize()) {
      tokenizer.close();
      throw new UserError(
          "%s: tokenizer.json has %d tokens, but the model has rows for %d; give the model its own tokenizer"
              .formatted(path, tokenizer.vocabularySize(), config.vocabSize()));
    }
    Optional<LateTemplate> template =
        ChatTemplate.isIn(path) ? Optional.of(new LateTemplate(path)) : Optional.empty();
    return new ModelFolder(path, config, tokenizer, template);
  }

  /** Reads the weights. */
  public CausalLm load(Compute compute) {
    return CausalLm.load(path, compute);
  }

  /** How new weights of a method begin: texts through the folder's tokenizer. */
  Beginning beginning(long seed) {
    return Beginning.of(seed, text -> tokenizer.encode(text, true).ids());
  }

  /** Rows in words: their text as it is, marks as {@code marks} says them. */
  <R extends TrainingRow> ReadExam.Wording<R> wording(BiFunction<R, Tensor, String> marks) {
    return new ReadExam.Wording<>() {
      @Override
      public String text(R row, Draw draw) {
        return tokenizer.decode(row.ids(), true);
      }

      @Override
      public String words(R row, Tensor of) {
        return marks.apply(row, of);
      }
    };
  }

  /** The chat template as the data package uses it. */
  public Optional<Renderer> renderer() {
    return template.map(t -> t);
  }

  /** Every token that ends an answer: of generation_config.json, config.json and the tokenizer. */
  public Set<Integer> endTokens() {
    Set<Integer> out = new LinkedHashSet<>(config.eosIds());
    Path file = path.resolve("generation_config.json");
    if (Files.exists(file)) {
      try {
        JsonNode json = new ObjectMapper().readTree(file.toFile());
        out.addAll(ModelConfig.ids(json, "eos_token_id"));
      } catch (IOException e) {
        throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
      }
    }
    tokenizer.eos().ifPresent(out::add);
    return out;
  }

  /** The type of the weights on disk. */
  ScalarType storedType() {
    return storedType(path);
  }

  /** The same for a folder that needs no tokenizer. */
  static ScalarType storedType(Path path) {
    try (WeightFiles files = WeightFiles.open(path)) {
      return files.infos().values().stream()
          .map(Safetensors.Info::dtype)
          .filter(t -> t == ScalarType.Half || t == ScalarType.BFloat16 || t == ScalarType.Float)
          .findFirst()
          .orElse(ScalarType.Float);
    }
  }

  /** The 16-bit type of the folder's files: float16 where they have it, else bfloat16. */
  ScalarType halfType() {
    return storedType() == ScalarType.Half ? ScalarType.Half : ScalarType.BFloat16;
  }

  /** Copies tokenizer, template and generation settings beside weights saved elsewhere. */
  void copyCompanions(Path into) {
    copyCompanions(path, into);
  }

  /** The same for a folder that is not opened. */
  static void copyCompanions(Path path, Path into) {
    for (String name : COMPANIONS) {
      Path from = path.resolve(name);
      try {
        if (Files.exists(from)) {
          Files.copy(from, into.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      } catch (IOException e) {
        throw new UserError(
            "cannot copy " + from + " into " + into + ": " + UserError.reason(e), e);
      }
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
