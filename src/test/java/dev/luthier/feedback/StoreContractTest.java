package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store does: the same tests on SQLite and on a PostgreSQL server that is started. */
class StoreContractTest {
  enum On {
    SQLITE,
    POSTGRESQL
  }

  private static final String SQL =
      "'; drop table feedback; -- \" \\ %s :id ? $1 ${serial} \0 \ud83d\ude00 \ud800 \uFDD0 <script>";
  private static final String NAME = "x'; delete from answer where 'a' = 'a'; -- :id ${serial} %s";

  private static @Nullable PostgresServer server;
  private static String noServer = "";

  @TempDir Path folder;
  private @Nullable FeedbackStore opened;

  @BeforeAll
  static void start() {
    try {
      server = PostgresServer.start();
    } catch (IOException | RuntimeException e) {
      noServer = "no PostgreSQL server could be started here: " + e;
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private FeedbackStore open(On on) throws SQLException {
    if (on == On.POSTGRESQL && server == null) {
      abort(noServer);
    }
    FeedbackStore store =
        on == On.SQLITE
            ? FeedbackStores.open(FeedbackStores.defaultUrl(folder))
            : FeedbackStores.open(server.fresh(), folder);
    opened = store;
    return store;
  }

  private static List<String> lines(FeedbackStore store, Optional<String> rater) {
    List<String> out = new ArrayList<>();
    store.export(rater, out::add);
    return out;
  }

  private static void twoAnswers(FeedbackStore store) {
    store.add(Rows.answer("a", "q", "yes"));
    store.add(Rows.answer("b", "q", "no"));
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void allFiveFormsComeBackAsTheyWere(On on) throws Exception {
    FeedbackStore store = open(on);
    Answer answer =
        new Answer(
            "a",
            Instant.parse("2026-03-01T12:00:00.123456789Z"),
            "v0002",
            "r7",
            " [ {\"role\": \"user\", \"content\": \"q\"} ]",
            "",
            List.of(7, 0, 150_000),
            List.of(-0.1, -1e-300, -123.456789012345678),
            Map.of("temperature", "0.7", "task", "sums"));
    store.add(answer);
    Answer other = Rows.answer("b", "q", "other");
    store.add(other);
    List<Said> forms =
        List.of(
            new Said.Thumb(true),
            new Said.Thumb(false),
            new Said.Ratings(Map.of("true", 1, "kind", 5)),
            new Said.Choice("b", Said.Preferred.THIS),
            new Said.Choice("b", Said.Preferred.OTHER),
            new Said.Choice("b", Said.Preferred.TIE),
            new Said.Choice("b", Said.Preferred.NEITHER),
            new Said.Edit("better\n\ttext"),
            new Said.Comment("so so"));
    List<Judged> given = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      Feedback feedback =
          new Feedback("f" + i, "a", "r" + i, Rows.NOON.plusSeconds(i), forms.get(i));
      assertThat(store.add(feedback)).isTrue();
      Optional<Answer> against =
          forms.get(i) instanceof Said.Choice ? Optional.of(other) : Optional.empty();
      given.add(new Judged(feedback, answer, against, Optional.empty()));
    }
    assertThat(store.feedback(Asked.all())).isEqualTo(given);
    assertThat(store.feedback("f3")).contains(given.get(3));
    assertThat(store.feedback("f99")).isEmpty();
    assertThat(store.answer("a")).contains(answer);
    assertThat(store.answer("zzz")).isEmpty();
    assertThat(store.pending()).isEqualTo(9);
    assertThat(store.answersTo(answer.prompt(), 10)).containsExactlyInAnyOrder(answer, other);
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void theSameTwiceIsOneAndOtherContentIsRefused(On on) throws Exception {
    FeedbackStore store = open(on);
    assertThat(store.add(Rows.answer("a", "q", "yes"))).isTrue();
    assertThat(store.add(Rows.answer("a", "q", "yes"))).isFalse();
    assertThatThrownBy(() -> store.add(Rows.answer("a", "q", "no"))).isInstanceOf(Conflict.class);
    assertThat(store.add(Rows.thumb("f", "a", "r1", true))).isTrue();
    Feedback later = new Feedback("f", "a", "r1", Rows.NOON.plusSeconds(9), new Said.Thumb(true));
    assertThat(store.add(later)).isFalse();
    assertThat(store.feedback(Asked.all())).hasSize(1);
    for (Feedback otherwise :
        List.of(
            Rows.thumb("f", "a", "r1", false),
            Rows.thumb("f", "a", "r2", true),
            new Feedback("f", "a", "r1", Rows.NOON, new Said.Comment("up")))) {
      assertThatThrownBy(() -> store.add(otherwise))
          .isInstanceOf(Conflict.class)
          .hasMessage("other feedback has the id f");
    }
    assertThat(store.feedback("f").orElseThrow().feedback().said()).isEqualTo(new Said.Thumb(true));
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void sixteenAtOnceWithOneIdAreOneRow(On on) throws Exception {
    FeedbackStore store = open(on);
    store.add(Rows.answer("a", "q", "yes"));
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Boolean>> same =
          Collections.nCopies(16, () -> store.add(Rows.thumb("f", "a", "r1", true)));
      int added = 0;
      for (Future<Boolean> done : threads.invokeAll(same)) {
        added += done.get() ? 1 : 0;
      }
      assertThat(added).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
    assertThat(store.count(Asked.all())).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void whatNamesNoAnswerIsRefused(On on) throws Exception {
    FeedbackStore store = open(on);
    twoAnswers(store);
    store.add(Rows.answer("c", "another q", "yes"));
    assertThatThrownBy(() -> store.add(Rows.thumb("f", "none", "r1", true)))
        .isInstanceOf(UnknownAnswer.class)
        .hasMessage("there is no answer with the id none");
    assertThatThrownBy(() -> store.add(choice("f", "a", "none"))).isInstanceOf(UnknownAnswer.class);
    assertThatThrownBy(() -> store.add(choice("f", "a", "a"))).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> store.add(choice("f", "a", "c")))
        .isInstanceOf(UserError.class)
        .hasMessage("other must answer the same prompt; a and c answer different ones");
    assertThat(store.count(Asked.all())).isZero();
  }

  private static Feedback choice(String id, String answer, String other) {
    return new Feedback(id, answer, "r1", Rows.NOON, new Said.Choice(other, Said.Preferred.THIS));
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void togetherIsAllOrNothing(On on) throws Exception {
    FeedbackStore store = open(on);
    assertThatThrownBy(
            () ->
                store.add(
                    List.of(Rows.answer("a", "q", "yes")),
                    List.of(Rows.thumb("f", "a", "r1", true), Rows.thumb("g", "none", "r1", true))))
        .isInstanceOf(UnknownAnswer.class);
    assertThat(store.answer("a")).isEmpty();
    assertThat(store.count(Asked.all())).isZero();
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void theLastDecisionIsInForceAndAllAreKept(On on) throws Exception {
    FeedbackStore store = open(on);
    store.add(Rows.answer("a", "q", "yes"));
    for (String id : List.of("f", "g", "h")) {
      store.add(Rows.thumb(id, "a", "r1", true));
    }
    Decision accepted = Rows.accepted("f", 0.75);
    Decision quarantined =
        new Decision(
            "f", Standing.QUARANTINED, 0, List.of("floods", "as r2"), Decision.FILTER, Rows.NOON);
    Decision byPerson =
        new Decision("f", Standing.REJECTED, 0, List.of(), "Ann", Rows.NOON.minusSeconds(60));
    store.decide(List.of(accepted, Rows.accepted("gone", 1), Rows.accepted("g", 0.25)));
    store.decide(List.of(accepted)); // again: nothing new
    store.decide(List.of(quarantined));
    assertThat(store.feedback("f").orElseThrow().decision()).contains(quarantined);
    assertThat(store.count(Asked.of(Standing.QUARANTINED))).isEqualTo(1);
    store.decide(List.of(byPerson));
    store.decide(List.of(Rows.accepted("f", 1))); // the filter does not overrule a person
    assertThat(store.decisions("f")).containsExactly(accepted, quarantined, byPerson);
    assertThat(store.feedback(Asked.of(Standing.REJECTED))).hasSize(1);
    assertThat(store.pending()).isEqualTo(1);
    assertThat(store.raters())
        .containsExactly(new Rated("r1", 3, 1, 0, 1, 0.25, Rows.NOON, Rows.NOON));
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void feedbackIsAskedForByStandingRaterTimeAndNumber(On on) throws Exception {
    FeedbackStore store = open(on);
    store.add(Rows.answer("a", "q", "yes"));
    for (int i = 0; i < 6; i++) {
      store.add(
          new Feedback(
              "f" + i, "a", "r" + i % 2, Rows.NOON.plusSeconds(10 - i), new Said.Thumb(true)));
    }
    assertThat(ids(store, Asked.all())).containsExactly("f5", "f4", "f3", "f2", "f1", "f0");
    assertThat(ids(store, Asked.of("r1"))).containsExactly("f5", "f3", "f1");
    assertThat(ids(store, Asked.of("r1").limit(2))).containsExactly("f5", "f3");
    assertThat(ids(store, Asked.all().since(Rows.NOON.plusSeconds(8))))
        .containsExactly("f2", "f1", "f0");
    assertThat(ids(store, Asked.of(Standing.ACCEPTED))).isEmpty();
    assertThat(store.count(Asked.of("r0").limit(2))).isEqualTo(2);
  }

  private static List<String> ids(FeedbackStore store, Asked asked) {
    List<String> ids = store.feedback(asked).stream().map(j -> j.feedback().id()).toList();
    assertThat(store.ids(asked)).isEqualTo(ids);
    return ids;
  }

  /** Text that would be SQL, placeholders, the character 0 and half a surrogate pair. */
  @ParameterizedTest
  @EnumSource(On.class)
  void sqlInEveryFieldComesBackAsItIs(On on) throws Exception {
    FeedbackStore store = open(on);
    String messages = JsonForm.text(List.of(Map.of("role", SQL, "content", SQL)));
    Map<String, String> about = Map.of(SQL, SQL);
    Answer a = new Answer(NAME, Rows.NOON, NAME, NAME, messages, SQL, List.of(), List.of(), about);
    Answer b =
        new Answer(NAME + 2, Rows.NOON, NAME, NAME, messages, NAME, List.of(), List.of(), about);
    store.add(List.of(a, b), List.of());
    List<Said> forms =
        List.of(
            new Said.Edit(SQL),
            new Said.Comment(SQL),
            new Said.Ratings(Map.of(NAME, 3)),
            new Said.Choice(NAME + 2, Said.Preferred.TIE));
    List<Judged> given = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      Feedback f = new Feedback(NAME + i, NAME, NAME, Rows.NOON, forms.get(i));
      Decision d = new Decision(f.id(), Standing.ACCEPTED, 1, List.of(SQL, NAME), NAME, Rows.NOON);
      store.add(f);
      store.decide(List.of(d));
      Optional<Answer> other = i == 3 ? Optional.of(b) : Optional.empty();
      given.add(new Judged(f, a, other, Optional.of(d)));
    }
    assertThat(store.feedback(Asked.of(NAME))).isEqualTo(given);
    assertThat(store.decisions(NAME + 1)).hasSize(1);
    assertThat(store.pair("r")).contains(new AnswerPair(a, b));
    assertThat(store.raters()).extracting(Rated::rater).containsExactly(NAME);
    List<String> before = lines(store, Optional.of(NAME));
    assertThat(store.delete("r' or 'a' = 'a").all()).isZero();
    assertThat(lines(store, Optional.of(NAME))).isEqualTo(before).hasSize(10);
    assertThat(store.delete(NAME)).isEqualTo(new Deleted(2, 4, 4));
  }

  /**
   * r1 asked for a; r2 said something about a and about b. With r1 go a, both pieces of feedback
   * that name it, r1's own on b, and their decisions; r2's thumb on b stays.
   */
  @ParameterizedTest
  @EnumSource(On.class)
  void aRaterIsDeletedWithAllThatHangsOnIt(On on) throws Exception {
    FeedbackStore store = open(on);
    store.add(Rows.answer("a", "q", "yes"));
    store.add(
        new Answer(
            "b", Rows.NOON, "v1", "r2", Rows.asked("q"), "no", List.of(), List.of(), Map.of()));
    store.add(Rows.thumb("f1", "a", "r2", true));
    store.add(new Feedback("f2", "b", "r2", Rows.NOON, new Said.Choice("a", Said.Preferred.OTHER)));
    store.add(Rows.thumb("f3", "b", "r1", true));
    store.add(Rows.thumb("f4", "b", "r2", false));
    store.decide(List.of(Rows.accepted("f1", 1), Rows.accepted("f3", 1), Rows.accepted("f4", 1)));
    assertThat(store.delete("r1")).isEqualTo(new Deleted(1, 3, 2));
    assertThat(lines(store, Optional.of("r1"))).isEmpty();
    assertThat(ids(store, Asked.all())).containsExactly("f4");
    assertThat(store.feedback("f4").orElseThrow().decision()).isPresent();
    assertThat(store.delete("r1")).isEqualTo(new Deleted(0, 0, 0));
    assertThat(store.deletions())
        .containsExactly(new Deletions("a rater's wish", 1, new Deleted(1, 3, 2)));
    assertThat(lines(store, Optional.empty())).hasSize(3).noneMatch(line -> line.contains("r1\""));
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void whatIsOldGoes(On on) throws Exception {
    FeedbackStore store = open(on);
    Instant now = Instant.now();
    Instant old = now.minus(Duration.ofDays(31));
    Answer oldAnswer = Rows.answer("old", "q", "yes");
    store.add(
        new Answer(
            "old", old, "v1", "", oldAnswer.messages(), "yes", List.of(), List.of(), Map.of()));
    store.add(
        new Answer(
            "new", now, "v1", "", oldAnswer.messages(), "no", List.of(), List.of(), Map.of()));
    store.add(new Feedback("f1", "old", "r", now, new Said.Thumb(true)));
    store.add(new Feedback("f2", "new", "r", old, new Said.Thumb(true)));
    store.add(new Feedback("f3", "new", "r", now, new Said.Thumb(true)));
    assertThat(store.retain(Duration.ofDays(30))).isEqualTo(new Deleted(1, 2, 0));
    assertThat(ids(store, Asked.all())).containsExactly("f3");
    assertThat(store.deletions()).extracting(Deletions::why).containsExactly("retention");
  }

  /** Of three answers to q, two with the same text: the pairs are (a, b) and (b, c). */
  @ParameterizedTest
  @EnumSource(On.class)
  void aPairIsOneThatTheRaterHasNotChosenBetween(On on) throws Exception {
    FeedbackStore store = open(on);
    assertThat(store.pair("r1")).isEmpty();
    twoAnswers(store);
    store.add(Rows.answer("c", "q", "yes"));
    store.add(Rows.answer("d", "another", "no"));
    assertThat(store.pair("r1").map(p -> p.a().id() + p.b().id())).contains("ab");
    store.add(choice("f1", "b", "a"));
    assertThat(store.pair("r1").map(p -> p.a().id() + p.b().id())).contains("bc");
    assertThat(store.pair("r2").map(p -> p.a().id() + p.b().id())).contains("bc"); // fewest first
    store.add(choice("f2", "b", "c"));
    assertThat(store.pair("r1")).isEmpty();
    assertThat(store.pair("r2")).isPresent();
  }

  /** What one store exports, another imports; then they export the same. */
  @ParameterizedTest
  @EnumSource(On.class)
  void anExportCanBeImported(On on) throws Exception {
    FeedbackStore store = open(on);
    twoAnswers(store);
    store.add(choice("f1", "a", "b"));
    store.add(new Feedback("f2", "a", "r2", Rows.NOON, new Said.Ratings(Map.of("true", 2))));
    store.add(new Feedback("f3", "a", "r2", Rows.NOON, new Said.Edit("\0 \ud800 é")));
    store.decide(List.of(Rows.accepted("f1", 0.5), Rows.accepted("f1", 0.25)));
    List<String> lines = lines(store, Optional.empty());
    Path file = folder.resolve("export.jsonl");
    java.nio.file.Files.write(file, lines);
    try (FeedbackStore other =
        FeedbackStores.open("jdbc:sqlite:" + folder.resolve("other/feedback.db"))) {
      assertThat(FeedbackFile.load(other, file, Instant.now()))
          .isEqualTo(new FeedbackFile.Loaded(2, 3, 2, 0));
      assertThat(FeedbackFile.load(other, file, Instant.now()).known()).isEqualTo(5);
      assertThat(lines(other, Optional.empty())).isEqualTo(lines);
      assertThat(other.feedback(Asked.all())).isEqualTo(store.feedback(Asked.all()));
    }
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void aRaterHasOnePseudonymThatDoesNotHoldTheName(On on) throws Exception {
    FeedbackStore store = open(on);
    assertThat(store.pseudonym("ann"))
        .isEqualTo(store.pseudonym("ann"))
        .isNotEqualTo(store.pseudonym("Ann"))
        .matches("r[0-9a-f]{32}");
  }
}
