package dev.luthier.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole cycles of a tiny model. */
class CycleTest {
  @TempDir static Path dir;
  private static TinyRun model;

  @BeforeAll
  static void makeModel() {
    model = TinyRun.in(dir.resolve("model"));
  }

  private static TinyHome home(String name, String gate, String more) {
    return TinyHome.in(dir.resolve(name), model, gate, more);
  }

  @Test
  void aWholeCyclePromotesAndTheNextOneGoesOnFromThere() {
    TinyHome home =
        home(
            "whole",
            "{ preferences: { at_least: 0.6 }, kl: { most: 500, max_new_tokens: 4 }, safety: { short: { scorer: { length: { most: 99 } }, at_least: 0, max_new_tokens: 4 } } }",
            "");
    home.choose(0, true);
    String said = home.once();
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.PROMOTED);
    assertThat(home.versions().deployed().current()).isEqualTo("v0001");
    Version made = home.versions().whole("v0001");
    assertThat(made.gate().orElseThrow().checks())
        .extracting(GateReport.Checked::name)
        .containsExactly("learnt", "preferences", "kl", "short");
    assertThat(made.folder().resolve("gate.md"))
        .content()
        .contains("v0001, tuned from v0000: passed");

    home.choose(50, true); // new feedback only: the first cycle's is replayed, half as much
    said = home.once();
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.PROMOTED);
    assertThat(home.versions().whole("v0002").parent()).isEqualTo("v0001");
    CycleRows.Counts rows = CycleRows.read(new Cycles(home.home()).folder(home.last())).counts();
    assertThat(rows.replayed()).isEqualTo(Math.round(0.5 * rows.rows()));
    assertThat(rows.fresh()).isEqualTo(24 * 3); // 24 prompts, 3 raters

    assertThat(home.once()).contains("there is no new accepted feedback");
    assertThat(home.last().outcome()).isEqualTo(CycleState.Outcome.REFUSED);

    home.versions().rollBack("worse");
    assertThat(home.versions().deployed().current()).isEqualTo("v0001");
    assertThat(home.versions().deployed().isRolledBack("v0002")).isTrue();
    home.versions().rollBack("worse still");
    assertThat(home.versions().deployed().current()).isEqualTo("v0000");
    assertThatThrownBy(() -> home.versions().rollBack("and again"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no version before v0000");
  }

  @Test
  void theGateRefusesAVersionTrainedOnInvertedPreferences() {
    TinyHome home =
        home(
            "inverted",
            "{ preferences: { at_least: 0.5, data: %s } }"
                .formatted(dir.resolve("inverted/honest.jsonl")),
            "");
    home.choose(0, false);
    String said = home.once();
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.REFUSED);
    assertThat(home.last().reasons().get(0)).startsWith("preferences ");
    assertThat(home.versions().deployed().current()).isEqualTo("v0000");
    assertThat(home.versions().get("v0001").refused()).isTrue(); // listed with its reasons
    assertThatThrownBy(() -> home.versions().promote("v0001"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("refused by the gate (preferences");
  }

  @Test
  void whatTeachesNothingIsRefused() {
    TinyHome home = home("still", "{}", "");
    home.choose(0, true);
    // with a rate of almost 0 nothing moves
    String said = home.once("--online.tune.optim.lr=1e-30");
    assertThat(said).contains("nothing was learnt, so there is no new version");
    assertThat(home.versions().list()).hasSize(1);
    assertThat(home.last().outcome()).isEqualTo(CycleState.Outcome.REFUSED);
  }

  @Test
  void tooLittleFeedbackIsRefused() {
    TinyHome home = home("little", "{}", "");
    home.choose(0, true);
    assertThat(home.once("--online.least=500")).contains("too little accepted feedback");
    assertThat(home.last().outcome()).isEqualTo(CycleState.Outcome.REFUSED);
    assertThat(home.versions().list()).hasSize(1);
    home.once(); // with the usual least; what was refused is not lost
    assertThat(home.last().outcome()).isEqualTo(CycleState.Outcome.PROMOTED);
    home.quarantine();
    assertThat(home.once())
        .contains("there is no new accepted feedback")
        .contains("72 quarantined"); // 24 prompts, 3 raters
    assertThat(home.last().outcome()).isEqualTo(CycleState.Outcome.REFUSED);
  }

  /** What a process dies of at the border of a stage. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void brokenOffAtEveryBorderItEndsWithTheSameBytes() throws IOException {
    List<String> hashes = new ArrayList<>();
    for (boolean broken : List.of(false, true)) {
      TinyHome home = home("broken" + broken, "{ preferences: { at_least: 0.6 } }", "");
      home.choose(0, true);
      Online online = home.online().online();
      Cycles cycles = new Cycles(home.home());
      online.begin(cycles, "by hand", Clock.systemUTC());
      Set<String> passed = new HashSet<>();
      int deaths = 0;
      try (FeedbackStore store = home.store()) {
        while (cycles.open().isPresent()) {
          try {
            Cycle.Border border =
                (stage, marked) -> {
                  if (broken && passed.add(stage + " " + marked)) {
                    throw new Killed();
                  }
                };
            online.go(store, cycles.open().get(), Clock.systemUTC(), border);
          } catch (Killed e) {
            deaths++;
          }
        }
      }
      assertThat(deaths).isEqualTo(broken ? 12 : 0); // 6 stages, before the mark and after it
      Version made = home.versions().whole("v0001");
      assertThat(home.versions().list()).hasSize(2);
      assertThat(home.versions().deployed().current()).isEqualTo("v0001");
      hashes.add(
          java.util.Base64.getEncoder()
              .encodeToString(
                  Files.readAllBytes(
                      made.adapter().orElseThrow().resolve("adapter_model.safetensors"))));
    }
    assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
  }
}
