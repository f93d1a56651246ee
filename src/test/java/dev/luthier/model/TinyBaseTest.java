package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.data.Tokenizer;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The shipped model's loss on held-out text equals that of transformers. Its greedy texts are in
 * GeneratorGoldenTest, its encodings and chats in TinyBaseTextTest.
 */
class TinyBaseTest {
  private static final Path DIR = Path.of("models/tiny-base");
  private static final int TEXT = 510; // tokens of a document, between <|bos|> and <|eos|>
  private static final int BATCH = 10;

  private static CausalLm model;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    model = CausalLm.load(DIR, Compute.CPU);
    tokenizer = Tokenizer.load(DIR);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
    model.close();
  }

  @TestFactory
  Stream<DynamicTest> heldOutLossPerToken() {
    JsonNode documents = Golden.json(DIR.resolve("heldout.json"));
    return Golden.json(DIR.resolve("reference.json"))
        .path("heldout_nll_per_token")
        .properties()
        .stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey(), () -> sameLoss(documents.path(e.getKey()), e.getValue())));
  }

  private static void sameLoss(JsonNode documents, JsonNode expected) {
    assertThat(documents.size()).isEqualTo(expected.path("documents").asInt());
    List<TokenRow> rows = new ArrayList<>();
    documents.forEach(text -> rows.add(row(text.asText())));
    rows.sort(Comparator.comparingInt(TokenRow::length)); // batches of like lengths compute less
    double sum = 0;
    long tokens = 0;
    for (int i = 0; i < rows.size(); i += BATCH) {
      List<TokenRow> some = rows.subList(i, Math.min(rows.size(), i + BATCH));
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        TokenBatch batch = TokenBatch.of(some, Compute.CPU);
        Tensor states = model.hidden(batch.input()).index_select(0, batch.positions()); // (M, H)
        Tensor logits = model.logits(states);
        sum += new CrossEntropy().of(logits, batch.targets(), 1).total().item_double();
        tokens += batch.targets().numel();
      }
    }
    assertThat(tokens).isEqualTo(expected.path("tokens").asLong());
    double nll = expected.path("nll").asDouble();
    assertThat(sum / tokens).isCloseTo(nll, within(1e-4 * nll));
  }

  /** Every token behind the first is predicted. */
  private static TokenRow row(String text) {
    int[] ids = tokenizer.encode(text, false).ids();
    int kept = Math.min(TEXT, ids.length);
    int[] row = new int[kept + 2];
    row[0] = tokenizer.bos().orElseThrow();
    System.arraycopy(ids, 0, row, 1, kept);
    row[kept + 1] = tokenizer.eos().orElseThrow();
    boolean[] trained = new boolean[row.length];
    Arrays.fill(trained, 1, row.length, true);
    return new TokenRow(row, trained);
  }
}
