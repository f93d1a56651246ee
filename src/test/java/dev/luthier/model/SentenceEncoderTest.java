package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.data.Tokenizer;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentenceEncoderTest {
  private static final Path BERT = Golden.SHIPPED.resolve("bert_cls/model");
  private static final Path MINILM = Path.of("../shared/models/minilm-l6-v2");

  @TempDir Path dir;
  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  private static Sequences batch() {
    return Sequences.of(List.of(new int[] {5, 17, 30}, new int[] {60}), Compute.CPU);
  }

  private static float[][] vectors(Pooling pooling) {
    try (SentenceEncoder model = SentenceEncoder.load(BERT, Compute.CPU, pooling)) {
      Tensor all = model.embed(batch(), null);
      return new float[][] {Ops.toFloats(all.select(0, 0)), Ops.toFloats(all.select(0, 1))};
    }
  }

  private static float[][] states() {
    try (SentenceEncoder model = SentenceEncoder.load(BERT, Compute.CPU)) {
      Tensor all = model.hidden(batch(), null); // (4, H)
      return Stream.of(0, 1, 2, 3).map(i -> Ops.toFloats(all.select(0, i))).toArray(float[][]::new);
    }
  }

  @Test
  void theMeanIsThatOfTheSequencesOwnTokens() {
    float[][] x = states();
    float[][] mean = vectors(Pooling.MEAN);
    for (int h = 0; h < x[0].length; h++) {
      assertThat(mean[0][h]).isCloseTo((x[0][h] + x[1][h] + x[2][h]) / 3, within(1e-5f));
      assertThat(mean[1][h]).isCloseTo(x[3][h], within(1e-5f));
    }
  }

  @Test
  void theFirstTokenIsTheOtherPooling() {
    float[][] x = states();
    float[][] first = vectors(new Pooling(Pooling.Of.FIRST, false));
    assertThat(first[0]).containsExactly(x[0], within(1e-6f));
    assertThat(first[1]).containsExactly(x[3], within(1e-6f));
  }

  @Test
  void normalizedVectorsHaveLengthOneAndTheSameDirection() {
    float[] plain = vectors(Pooling.MEAN)[0];
    float[] unit = vectors(new Pooling(Pooling.Of.MEAN, true))[0];
    double length = 0;
    for (float p : plain) {
      length += (double) p * p;
    }
    for (int h = 0; h < unit.length; h++) {
      assertThat(unit[h]).isCloseTo((float) (plain[h] / Math.sqrt(length)), within(1e-6f));
    }
  }

  @Test
  void savedAndLoadedItIsTheSameToTheBit() {
    Pooling pooling = new Pooling(Pooling.Of.FIRST, true);
    try (SentenceEncoder model = SentenceEncoder.load(BERT, Compute.CPU, pooling)) {
      assertThat(model.frame().notes())
          .singleElement()
          .satisfies(n -> assertThat(n).contains("not used", "classifier.weight"));
      model.save(dir, ScalarType.Float);
      try (SentenceEncoder again = (SentenceEncoder) Models.load(dir, Compute.CPU)) {
        assertThat(again.pooling()).isEqualTo(pooling);
        assertThat(again.frame().notes()).isEmpty();
        assertThat(again.parameters().stream().map(p -> p.name()))
            .contains("embeddings.word_embeddings.weight", "pooler.dense.bias");
        assertThat(ClassifierTest.bits(again)).isEqualTo(ClassifierTest.bits(model));
        assertThat(Ops.toFloats(again.embed(batch(), null)))
            .containsExactly(Ops.toFloats(model.embed(batch(), null)), within(1e-5f));
      }
    }
  }

  private void modules(String pooling, String last) throws IOException {
    Files.writeString(
        dir.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"idx": 2, "name": "2", "path": "2_Last", "type": "sentence_transformers.models.%s"}]
        """
            .formatted(last));
    Files.createDirectories(dir.resolve("1_Pooling"));
    Files.writeString(dir.resolve("1_Pooling/config.json"), pooling);
  }

  @Test
  void sentenceTransformersFilesSayHowToPool() throws IOException {
    modules("{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}", "Normalize");
    assertThat(SentenceFiles.read(dir)).isEqualTo(new Pooling(Pooling.Of.FIRST, true));
    modules("{\"pooling_mode\": \"mean\"}", "Normalize");
    assertThat(SentenceFiles.read(dir)).isEqualTo(new Pooling(Pooling.Of.MEAN, true));
  }

  @Test
  void anotherPoolingOrModuleIsRefusedByName() throws IOException {
    modules("{\"pooling_mode_max_tokens\": true}", "Normalize");
    assertThatThrownBy(() -> SentenceFiles.read(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("pooling [pooling_mode_max_tokens] is not built");
    modules("{\"pooling_mode_mean_tokens\": true}", "Dense");
    assertThatThrownBy(() -> SentenceFiles.read(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("models.Dense is not built");
  }

  /** The check that the model's SOURCE.txt names. */
  @Test
  void miniLmFindsSentencesAlike() {
    Assumptions.assumeTrue(Files.exists(MINILM), MINILM + " is not there");
    List<String> sentences =
        List.of(
            "A man is eating food.",
            "A man is eating a piece of bread.",
            "The new movie is awesome on every screen in town.");
    try (Tokenizer tokenizer = Tokenizer.load(MINILM);
        SentenceEncoder model =
            SentenceEncoder.load(MINILM, Compute.CPU, new Pooling(Pooling.Of.MEAN, true))) {
      List<int[]> rows = sentences.stream().map(s -> tokenizer.encode(s, true).ids()).toList();
      Tensor v = model.embed(Sequences.of(rows, Compute.CPU), null);
      Tensor cosines = v.matmul(v.t());
      assertThat(cosines.select(0, 0).select(0, 1).item_double()).isCloseTo(0.755, within(5e-4));
      assertThat(cosines.select(0, 0).select(0, 2).item_double()).isBetween(-0.15, 0.15);
    }
  }

  @Test
  void aClassifierOnMiniLmGetsANewPoolerAndSaysSo() {
    Assumptions.assumeTrue(Files.exists(MINILM), MINILM + " is not there");
    Labels labels = Labels.numbered(77, Problem.SINGLE);
    try (Classifier model = Classifier.load(MINILM, Compute.CPU, labels, 1)) {
      assertThat(model.frame().notes())
          .singleElement()
          .satisfies(n -> assertThat(n).startsWith("new").contains("bert.pooler.dense.weight"));
      assertThat(Ops.shape(model.logits(batch(), null))).containsExactly(2, 77);
    }
  }
}
