package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.TinyRun;
import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import dev.luthier.judge.Judge;
import dev.luthier.judge.Opinion;
import dev.luthier.judge.Oracle;
import dev.luthier.judge.Pair;
import dev.luthier.judge.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A random model of single bytes judges. */
class LocalOracleTest {
  @TempDir static Path dir;
  private static final List<String> NOTES = new ArrayList<>();
  private static LocalOracle oracle;

  @BeforeAll
  static void open() {
    Path model = TinyRun.in(dir).model();
    oracle =
        LocalOracle.open(
            new Writer.Voice(model, Optional.empty(), Optional.empty(), "cpu"), NOTES::add);
  }

  @AfterAll
  static void close() {
    oracle.close();
  }

  private static Oracle.Question question(String text, String... labels) {
    return new Oracle.Question(text, List.of(labels), "row 1");
  }

  private static Pair pair(String a, String b) {
    return new Pair(
        new Example.PromptCompletion("Well?", a),
        new Example.PromptCompletion("Well?", b),
        Map.of(),
        "row 1",
        OptionalDouble.empty());
  }

  @Test
  void probabilitiesOfTheLabelsAddUpToOne() {
    List<Optional<double[]>> all =
        oracle.choose(List.of(question("x", "A", "B"), question("longer one", "A", "B")));
    List<Optional<double[]>> grades =
        oracle.choose(List.of(question("x", "1", "2", "3", "4", "5")));
    for (Optional<double[]> one : List.of(all.get(0), all.get(1), grades.get(0))) {
      assertThat(Arrays.stream(one.orElseThrow()).sum()).isCloseTo(1, within(1e-9));
      assertThat(one.orElseThrow()).doesNotContain(0.0);
    }
  }

  /** Questions that are read together are read as each alone. */
  @Test
  void othersDoNotMatter() {
    Oracle.Question one = question("x", "A", "B");
    double[] alone = oracle.choose(List.of(one)).get(0).orElseThrow();
    double[] among =
        oracle.choose(List.of(question("another", "A", "B"), one)).get(1).orElseThrow();
    assertThat(among).containsExactly(alone, within(1e-5));
  }

  @Test
  void theMeanOfBothOrdersIsAntisymmetric() throws IOException {
    Path template =
        Files.writeString(dir.resolve("short.txt"), "{prompt} A:{answer_a} B:{answer_b}");
    Judge judge = new Way.Pairwise(Optional.of(template)).on(oracle);
    Opinion said = judge.of(List.of(pair("yes", "no"))).get(0).orElseThrow();
    Opinion other = judge.of(List.of(pair("no", "yes"))).get(0).orElseThrow();
    assertThat(other.probability()).isCloseTo(1 - said.probability(), within(1e-6));
    assertThat(said.ahead())
        .isNotCloseTo(said.behind(), within(1e-4)); // it has a taste for a place
  }

  @Test
  void aQuestionThatIsTooLongHasNoVerdict() {
    NOTES.clear();
    List<Optional<double[]>> all =
        oracle.choose(List.of(question("x".repeat(5000), "A", "B"), question("x", "A", "B")));
    assertThat(all.get(0)).isEmpty();
    assertThat(all.get(1)).isPresent();
    assertThat(NOTES).hasSize(1);
    assertThat(NOTES.get(0)).startsWith("row 1: the question has ").endsWith("it gets no verdict");
  }

  @Test
  void aLabelNeedsAToken() {
    assertThatThrownBy(() -> oracle.choose(List.of(question("x", "yes", "no"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has no single token for the label yes");
  }
}
