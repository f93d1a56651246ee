package dev.luthier.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.luthier.recipe.Outlook.Room;
import dev.luthier.recipe.RecipeDraft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recipes. */
class DraftTest {
  private static final Room ROOM = new Room(1_000_000_000, 1_000_000, 4, true, true);

  @TempDir Path dir;

  private static Situation all(boolean tuned) {
    return new Answers(
            Map.of(
                "model",
                "models/tiny-base",
                "tuned",
                tuned ? "yes" : "no",
                "data",
                "demonstrations,pairs,grades,labels,classes,judge,reward-model,outcomes,live"))
        .situation();
  }

  private static String text(Situation s, Objective what, Tuning by) {
    return new Draft(s, new Pair(Standing.of(what, s), Standing.of(by, s)), ROOM).text();
  }

  @ParameterizedTest
  @EnumSource(Objective.class)
  void everyPairIsARecipe(Objective what) {
    Situation tuned = all(true);
    for (Tuning by : Tuning.values()) {
      String text = text(tuned, what, by);
      assertThatCode(() -> RecipeDraft.check(text)).as(text).doesNotThrowAnyException();
    }
    String staged = text(all(false), what, Tuning.LORA);
    assertThatCode(() -> RecipeDraft.check(staged)).as(staged).doesNotThrowAnyException();
  }

  @Test
  void whatWasPlannedIsInIt() {
    assertThat(text(all(true), Objective.SFT, Tuning.QLORA))
        .contains("quantize: nf4", "micro_batch: 4", "checkpoint: blocks", "rank: 16")
        .doesNotContain("stages");
  }

  @Test
  void aModelThatIsNotTunedIsTunedFirst() {
    assertThat(text(all(false), Objective.RLHF, Tuning.LORA))
        .containsSubsequence("sft:", "reward:", "policy:", "${reward.adapter}");
    assertThat(text(all(true), Objective.DPO, Tuning.LORA)).doesNotContain("stages");
  }

  @Test
  void whatIsThereIsNotReplaced() throws Exception {
    Path file = Files.writeString(dir.resolve("x.yaml"), "mine");
    assertThatCode(() -> RecipeDraft.write(text(all(true), Objective.SFT, Tuning.LORA), file))
        .hasMessageContaining("is there already");
    assertThat(file).hasContent("mine");
  }
}
