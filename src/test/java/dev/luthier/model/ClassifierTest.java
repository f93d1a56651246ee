package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads for whole sequences and for tokens: where they come from, what they see, their files. */
class ClassifierTest {
  private static final Labels MOODS = new Labels(List.of("good", "bad", "none"), Problem.SINGLE);
  private static final int[] FIRST = {5, 17, 30, 41, 52};
  private static final int[] SECOND = {60, 7};

  @TempDir Path dir;
  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  private static Path golden(String family) {
    return Golden.SHIPPED.resolve(family).resolve("model");
  }

  private static Sequences batch(int[]... rows) {
    return Sequences.of(List.of(rows), Compute.CPU);
  }

  /** The values of all weights; sums over them may differ by where in memory they lie. */
  static Map<String, List<Float>> bits(Model model) {
    Map<String, List<Float>> out = new TreeMap<>();
    model.parameters().forEach(p -> out.put(p.name(), values(p.value())));
    return out;
  }

  private static List<Float> values(Tensor t) {
    float[] all = Ops.toFloats(t);
    return IntStream.range(0, all.length).mapToObj(i -> all[i]).toList();
  }

  private static float[] scores(Path dir, int[]... rows) {
    try (Classifier model = Classifier.load(dir, Compute.CPU)) {
      return Ops.toFloats(model.logits(batch(rows), null));
    }
  }

  private static float[] scores(Path dir, Labels labels, long seed) {
    try (Classifier model = Classifier.load(dir, Compute.CPU, labels, seed)) {
      return Ops.toFloats(model.logits(batch(FIRST, SECOND), null));
    }
  }

  /** A golden model with other words in its config.json. */
  private Path changed(String family, Consumer<ObjectNode> change) throws IOException {
    Path copy = Files.createDirectories(dir.resolve("changed"));
    Files.copy(golden(family).resolve("model.safetensors"), copy.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) Golden.json(golden(family).resolve("config.json"));
    change.accept(config);
    Files.writeString(copy.resolve("config.json"), config.toString());
    return copy;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert_mlm", "roberta_cls", "llama", "gpt2", "opt", "gpt_neox"})
  void aNewHeadIsAFunctionOfTheSeed(String family) {
    Labels five = Labels.numbered(5, Problem.MULTI);
    float[] one = scores(golden(family), five, 1);
    assertThat(one).hasSize(2 * 5).isEqualTo(scores(golden(family), five, 1));
    assertThat(one).isNotEqualTo(scores(golden(family), five, 2));
  }

  @Test
  void whatIsNewAndWhatIsUnusedIsNoted() {
    try (Classifier model = Classifier.load(golden("bert_mlm"), Compute.CPU, MOODS, 7)) {
      assertThat(model.frame().notes())
          .anySatisfy(n -> assertThat(n).contains("not used", "cls.predictions.bias"))
          .anySatisfy(
              n ->
                  assertThat(n)
                      .isEqualTo(
                          "new, drawn from seed 7: bert.pooler.dense.weight,"
                              + " bert.pooler.dense.bias, classifier.weight, classifier.bias"));
    }
    try (Classifier model = Classifier.load(golden("llama"), Compute.CPU, MOODS, 7)) {
      assertThat(model.frame().notes())
          .anySatisfy(n -> assertThat(n).contains("lm_head.weight"))
          .contains("new, drawn from seed 7: score.weight");
    }
  }

  @Test
  void aNewHeadStartsAsTransformersStartsIt() {
    // initializer_range of this model is 0.12; 5 x 64 draws: the deviation's own error is 4 %
    Labels five = Labels.numbered(5, Problem.SINGLE);
    try (Classifier model = Classifier.load(golden("bert_cls"), Compute.CPU, five, 3)) {
      Dense head = (Dense) model.slots().get(model.slots().size() - 1).base();
      assertThat(head.weight().value().std().item_double()).isCloseTo(0.12, within(0.02));
      assertThat(Ops.toFloats(head.weights().get("bias").value())).containsOnly(0);
    }
  }

  @Test
  void theFoldersHeadIsKeptWhereItFits() {
    assertThat(scores(golden("bert_cls"), MOODS, 7))
        .isEqualTo(scores(golden("bert_cls"), FIRST, SECOND));
    // roberta_cls has two labels: of its two layers, only the last is of another width
    try (Classifier model = Classifier.load(golden("roberta_cls"), Compute.CPU, MOODS, 7)) {
      assertThat(model.frame().notes())
          .contains("new, drawn from seed 7: classifier.out_proj.weight, classifier.out_proj.bias");
    }
  }

  @Test
  void aHeadForTokensIsNoneForSequences() throws IOException {
    Path tokens = dir.resolve("tokens");
    try (TokenClassifier model = TokenClassifier.load(golden("bert_cls"), Compute.CPU, MOODS, 7)) {
      assertThat(model.frame().notes()).anySatisfy(n -> assertThat(n).contains("classifier.bias"));
      model.save(Files.createDirectories(tokens), ScalarType.Float);
    }
    try (Classifier model = Classifier.load(tokens, Compute.CPU, MOODS, 7)) {
      assertThat(model.frame().notes())
          .anySatisfy(n -> assertThat(n).startsWith("new").contains("classifier.weight"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert_cls", "roberta_cls", "llama_reward"})
  void aBatchEqualsItsRowsOneByOne(String family) {
    float[] both = scores(golden(family), FIRST, SECOND);
    int labels = both.length / 2;
    float[] first = scores(golden(family), FIRST);
    float[] second = scores(golden(family), SECOND);
    for (int i = 0; i < labels; i++) {
      assertThat(both[i]).isCloseTo(first[i], within(1e-5f));
      assertThat(both[labels + i]).isCloseTo(second[i], within(1e-5f));
    }
  }

  @Test
  void decodersScoreTheLastTokenThatIsNoPadding() {
    // 0 is this model's padding: what follows the last other token is not seen
    float[] plain = scores(golden("llama_reward"), SECOND, FIRST);
    float[] padded = scores(golden("llama_reward"), new int[] {60, 7, 0, 0}, FIRST);
    assertThat(padded).containsExactly(plain, within(1e-5f));
    // and a sequence of nothing else is scored at its first token
    assertThat(scores(golden("llama_reward"), FIRST, new int[] {0, 0})[1])
        .isCloseTo(scores(golden("llama_reward"), new int[] {0})[0], within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert_mlm", "roberta_cls", "llama", "opt"})
  void savedAndLoadedItIsTheSameToTheBit(String family) throws IOException {
    Labels moods = new Labels(List.of("good", "bad", "none"), Problem.MULTI);
    float[] before;
    Map<String, List<Float>> weights;
    Path saved = Files.createDirectories(dir.resolve("saved"));
    try (Classifier model = Classifier.load(golden(family), Compute.CPU, moods, 7)) {
      before = Ops.toFloats(model.logits(batch(FIRST, SECOND), null));
      weights = bits(model);
      model.save(saved, ScalarType.Float);
    }
    try (Classifier model = (Classifier) Models.load(saved, Compute.CPU)) {
      assertThat(model.labels()).isEqualTo(moods);
      assertThat(model.frame().notes()).isEmpty();
      assertThat(bits(model)).isEqualTo(weights);
      assertThat(Ops.toFloats(model.logits(batch(FIRST, SECOND), null)))
          .containsExactly(before, within(1e-5f));
    }
  }

  @Test
  void aTokenClassifierComesBackToo() throws IOException {
    Map<String, List<Float>> before;
    Path saved = Files.createDirectories(dir.resolve("saved"));
    try (TokenClassifier model = TokenClassifier.load(golden("gpt2"), Compute.CPU, MOODS, 7)) {
      assertThat(Ops.shape(model.logits(batch(FIRST, SECOND), null))).containsExactly(7, 3);
      before = bits(model);
      model.save(saved, ScalarType.Float);
    }
    try (TokenClassifier model = (TokenClassifier) Models.load(saved, Compute.CPU)) {
      assertThat(model.labels().names()).containsExactly("good", "bad", "none");
      assertThat(bits(model)).isEqualTo(before);
    }
  }

  @Test
  void aHeadOfAnotherWidthThanConfigSaysIsRefused() throws IOException {
    Path wrong =
        changed("bert_cls", config -> config.putObject("id2label").put("0", "a").put("1", "b"));
    assertThatThrownBy(() -> Classifier.load(wrong, Compute.CPU))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("classifier.weight has shape [3, 64]")
        .hasMessageContaining("[2, 64]");
  }

  @Test
  void layersThatConfigDoesNotNameAreRefusedEvenForANewHead() throws IOException {
    Path shorter = changed("bert_cls", config -> config.put("num_hidden_layers", 1));
    assertThatThrownBy(() -> Classifier.load(shorter, Compute.CPU, MOODS, 7))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("bert.encoder.layer.1.");
  }

  @Test
  void whatIsNotBuiltIsRefusedByName() throws IOException {
    Path decoder = changed("bert_cls", config -> config.put("is_decoder", true));
    assertThatThrownBy(() -> Classifier.load(decoder, Compute.CPU))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is_decoder is not built");
    Files.delete(decoder.resolve("model.safetensors"));
    Path relative =
        changed("bert_cls", config -> config.put("position_embedding_type", "relative_key"));
    assertThatThrownBy(() -> Classifier.load(relative, Compute.CPU))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("position_embedding_type relative_key is not built");
  }

  @Test
  void aSequenceBeyondThePositionsIsOneLine() {
    // RoBERTa's 130 rows: the first two are never a token's
    assertThat(scores(golden("roberta_cls"), new int[128])).hasSize(2);
    assertThatThrownBy(() -> scores(golden("roberta_cls"), new int[129]))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("129 tokens")
        .hasMessageContaining("128");
  }

  @Test
  void dropoutActsInTrainingOnly() {
    try (Classifier model = Classifier.load(golden("bert_cls"), Compute.CPU)) {
      float[] still = Ops.toFloats(model.logits(batch(FIRST), null));
      model.dropout().training(true);
      torch.manual_seed(1);
      float[] one = Ops.toFloats(model.logits(batch(FIRST), null));
      torch.manual_seed(2);
      float[] other = Ops.toFloats(model.logits(batch(FIRST), null));
      assertThat(one).isNotEqualTo(still).isNotEqualTo(other);
      model.dropout().training(false);
      assertThat(Ops.toFloats(model.logits(batch(FIRST), null))).isEqualTo(still);
    }
  }

  @Test
  void segmentsMatter() {
    try (Classifier model = Classifier.load(golden("bert_cls"), Compute.CPU)) {
      float[] none = Ops.toFloats(model.logits(batch(FIRST), null));
      float[] zero = Ops.toFloats(model.logits(batch(FIRST), Ops.longs(new long[5], Compute.CPU)));
      float[] pair =
          Ops.toFloats(
              model.logits(batch(FIRST), Ops.longs(new long[] {0, 0, 0, 1, 1}, Compute.CPU)));
      assertThat(zero).isEqualTo(none);
      assertThat(pair).isNotEqualTo(none);
    }
  }
}
