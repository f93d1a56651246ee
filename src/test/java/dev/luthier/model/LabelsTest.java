package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** transformers' rules for id2label, num_labels and problem_type. */
class LabelsTest {
  private static ModelConfig config(String json) {
    try {
      JsonNode node = new ObjectMapper().readTree(json.replace('\'', '"'));
      return new ModelConfig(Path.of("config.json"), node);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutAWordThereAreTwoClasses() {
    assertThat(Labels.of(config("{}"))).isEqualTo(Labels.numbered(2, Problem.SINGLE));
    assertThat(Labels.of(config("{'num_labels': 3}")))
        .isEqualTo(new Labels(List.of("LABEL_0", "LABEL_1", "LABEL_2"), Problem.SINGLE));
  }

  @Test
  void oneLabelIsARegressionUnlessSaidOtherwise() {
    String one = "'id2label': {'0': 'score'}";
    assertThat(Labels.of(config("{" + one + "}")).problem()).isEqualTo(Problem.REGRESSION);
    assertThat(
            Labels.of(config("{" + one + ", 'problem_type': 'multi_label_classification'}"))
                .problem())
        .isEqualTo(Problem.MULTI);
  }

  @Test
  void namesStandInTheOrderOfTheirNumbers() {
    assertThat(Labels.of(config("{'id2label': {'1': 'b', '0': 'a', '2': 'c'}}")).names())
        .containsExactly("a", "b", "c");
  }

  @Test
  void writtenAndReadBackTheyAreTheSame() {
    Labels labels = new Labels(List.of("yes", "no"), Problem.MULTI);
    ModelConfig written = labels.into(config("{'num_labels': 9, 'id2label': {'0': 'x'}}"));
    assertThat(Labels.of(written)).isEqualTo(labels);
    assertThat(written.json())
        .isEqualTo(
            config(
                    "{'id2label': {'0': 'yes', '1': 'no'}, 'label2id': {'yes': 0, 'no': 1},"
                        + " 'problem_type': 'multi_label_classification'}")
                .json());
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> Labels.of(config("{'id2label': {'0': 'a', '2': 'b'}}")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("1 is missing");
    assertThatThrownBy(() -> Labels.of(config("{'problem_type': 'ranking'}")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("unknown problem_type ranking");
    assertThatThrownBy(() -> new Labels(List.of("a", "a"), Problem.SINGLE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("different names");
  }
}
