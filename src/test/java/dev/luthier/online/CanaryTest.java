package dev.luthier.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials of a version on a part of the traffic. */
class CanaryTest {
  private static final CanarySpec SPEC =
      new CanarySpec(0.2, 30, Age.read("1d"), 0.2, Age.read("1s"));

  @TempDir static Path dir;
  private static TinyRun model;

  @BeforeAll
  static void makeModel() {
    model = TinyRun.in(dir.resolve("model"));
  }

  private static Approval likes(int up, int down) {
    return new Approval(up + down, up + down, up);
  }

  private static CanaryVerdict.Way verdict(Approval canary, Approval current, boolean over) {
    return CanaryVerdict.of(SPEC, canary, current, over).way();
  }

  @Test
  void verdicts() {
    // 0.9 against 0.9 of many: the interval of the difference is about -0.14 to 0.06
    assertThat(verdict(likes(36, 4), likes(360, 40), false)).isEqualTo(CanaryVerdict.Way.PROMOTE);
    // the same rates, too few opinions
    assertThat(verdict(likes(9, 1), likes(360, 40), false)).isEqualTo(CanaryVerdict.Way.WAIT);
    assertThat(verdict(likes(9, 1), likes(360, 40), true)).isEqualTo(CanaryVerdict.Way.ROLL_BACK);
    // 2 of 12 against 0.9: worse beyond doubt, so nobody waits for 30
    assertThat(verdict(likes(2, 10), likes(360, 40), false)).isEqualTo(CanaryVerdict.Way.ROLL_BACK);
    // nothing said at all
    assertThat(verdict(Approval.NONE, Approval.NONE, false)).isEqualTo(CanaryVerdict.Way.WAIT);
    assertThat(verdict(Approval.NONE, Approval.NONE, true)).isEqualTo(CanaryVerdict.Way.ROLL_BACK);
  }

  @Test
  void opinionsCountByTheirWeight() {
    // weights 1, 1, 1/2, 1/2: n = (3)^2 / (1 + 1 + 1/4 + 1/4) = 9 / 2.5 = 3.6, so 3
    Approval of = new Approval(3, 2.5, 1.5);
    assertThat(of.count()).isEqualTo(3);
    assertThat(of.rate()).isEqualTo(0.5);
  }

  private TinyHome tried(String name) {
    TinyHome home =
        TinyHome.in(
            dir.resolve(name),
            model,
            "{ preferences: { at_least: 0.5 } }",
            "canary: { share: 0.3, ratings: 20, worse_by: 0.3, time: 365d, poll: 1s }");
    home.choose(0, true);
    assertThat(home.once()).contains("cycle c0001 waits in stage canary");
    assertThat(home.versions().deployed().current()).isEqualTo("v0000");
    assertThat(home.versions().deployed().canary().orElseThrow().name()).isEqualTo("v0001");
    return home;
  }

  @Test
  void whatIsLikedIsPromotedAndWhatIsNotIsTakenBack() {
    TinyHome home = tried("liked");
    assertThat(home.once()).contains("cycle c0001 waits in stage canary"); // still nothing said
    Instant since = home.versions().deployed().canary().orElseThrow().since();
    home.thumbs("v0000", 15, 15, since);
    home.thumbs("v0001", 28, 2, since);
    String said = home.once();
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.PROMOTED);
    assertThat(home.versions().deployed().current()).isEqualTo("v0001");

    home.choose(50, true);
    home.once();
    since = home.versions().deployed().canary().orElseThrow().since();
    home.thumbs("v0002", 2, 28, since);
    said = home.once();
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.ROLLED_BACK);
    assertThat(home.last().reasons().get(0)).startsWith("worse than the current version");
    assertThat(home.versions().deployed().current()).isEqualTo("v0001");
    assertThat(home.versions().deployed().isRolledBack("v0002")).isTrue();
  }

  @Test
  void peopleMayEndATrial() {
    TinyHome home = tried("ended");
    home.versions().rollBack("a rude answer");
    home.once();
    assertThat(home.last().outcome()).isEqualTo(CycleState.Outcome.ROLLED_BACK);
    assertThat(home.last().reasons()).containsExactly("taken back: a rude answer");
    assertThat(home.versions().deployed().current()).isEqualTo("v0000");
  }

  @Test
  void twoCyclesAtOnceAreRefused() {
    TinyHome home = TinyHome.in(dir.resolve("twice"), model, "{}", "");
    home.choose(0, true);
    try (HomeLock first = new Cycles(home.home()).lock()) {
      assertThatThrownBy(home::once)
          .isInstanceOf(UserError.class)
          .hasMessage(
              "another process is at work on a cycle of %s; wait for it, or stop it first"
                  .formatted(home.home()));
    }
  }

  @Test
  void whenACycleBegins() {
    TinyHome home =
        TinyHome.in(dir.resolve("due"), model, "{}", "after: { feedback: 72 }\nevery: 6h");
    home.choose(0, true); // 24 prompts, 3 raters: 72
    Cycles cycles = new Cycles(home.home());
    Online online = home.online().online();
    Online later = home.online("--online.after.feedback=73").online();
    try (FeedbackStore store = home.store()) {
      Instant now = TinyHome.MONDAY;
      Unseen unseen =
          new Unseen(new Snapshots(online.told().recipe(), cycles, store), store, cycles);
      assertThat(online.due(cycles, unseen.count(), now)).contains("72 new pieces of feedback");
      // by time, since there never was a cycle
      assertThat(later.due(cycles, unseen.count(), now))
          .contains("6h since the last one, 72 new pieces of feedback");
      later.begin(cycles, "test", Clock.fixed(now, java.time.ZoneOffset.UTC));
      assertThat(later.due(cycles, unseen.count(), now.plusSeconds(6 * 3600 - 1))).isEmpty();
      assertThat(later.due(cycles, unseen.count(), now.plusSeconds(6 * 3600))).isPresent();
      cycles.ask("anna");
      assertThat(later.due(cycles, unseen.count(), now)).contains("by hand, anna");
    }
    assertThat(List.of(home.online().online().told().recipe().online().every().orElseThrow()))
        .hasToString("[6h]");
  }
}
