package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.reward.EnsembleWay;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Scorers as recipes write them. */
class ScorerTest {
  /** Something that takes a scorer. */
  record Holder(@Doc("What scores") Scorer scorer) {}

  private static Scorer read(String yaml) {
    return Recipes.parse(yaml, "test.yaml", List.of(), p -> p, Holder.class).scorer();
  }

  @Test
  void ensembles() {
    Scorer read =
        read(
            """
            scorer:
              reward_ensemble:
                models:
                  - { model: m, adapter: runs/one/adapter, shift: 0.5, scale: 2 }
                  - { model: m, adapter: runs/two/adapter, name: other }
                way: { uncertainty: { coefficient: 0.1 } }
            """);
    Scorer.Member one =
        new Scorer.Member(
            Path.of("m"), Optional.of(Path.of("runs/one/adapter")), Optional.empty(), 0.5, 2);
    Scorer.Member two =
        new Scorer.Member(
            Path.of("m"), Optional.of(Path.of("runs/two/adapter")), Optional.of("other"), 0, 1);
    assertThat(read)
        .isEqualTo(new Scorer.Ensembled(List.of(one, two), new EnsembleWay.Uncertainty(0.1)));
    assertThat(one.named().name()).isEqualTo("one");
    assertThat(two.named().name()).isEqualTo("other");
    assertThat(read(Recipes.print(new Holder(read)))).isEqualTo(read);
    assertThat(read("scorer: { reward_ensemble: { models: { model: m }, way: min } }"))
        .isEqualTo(
            new Scorer.Ensembled(
                List.of(new Scorer.Member(Path.of("m"), Optional.empty(), Optional.empty(), 0, 1)),
                new EnsembleWay.Least()));
  }

  @Test
  void wrongEnsembles() {
    assertThatThrownBy(() -> read("scorer: { reward_ensemble: { models: [] } }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("reward_ensemble.models must be >= 1, was 0");
    assertThatThrownBy(
            () -> read("scorer: { reward_ensemble: { models: [ { model: m, scale: 0 } ] } }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("reward_ensemble.models.scale must be > 0, was 0");
  }
}
