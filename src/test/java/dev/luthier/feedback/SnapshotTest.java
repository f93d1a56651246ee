package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.data.Columns;
import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static final SnapshotRules ALL_TRAIN = new SnapshotRules(0, 0.05, 0.25, false);

  @TempDir Path folder;
  private final List<Judged> judged = new ArrayList<>();

  private void say(Said said, Answer on, Optional<Answer> other, double weight) {
    String id = "f" + judged.size();
    judged.add(
        new Judged(
            new Feedback(id, on.id(), "r" + judged.size(), Rows.NOON, said),
            on,
            other,
            Optional.of(Rows.accepted(id, weight))));
  }

  private Snapshot write(SnapshotRules rules) {
    return Snapshot.write(judged, rules, folder.resolve("snapshot"), Rows.NOON);
  }

  private static List<JsonNode> rows(Optional<Path> file) throws IOException {
    List<JsonNode> out = new ArrayList<>();
    for (String line : file.isEmpty() ? List.<String>of() : Files.readAllLines(file.get())) {
      out.add(JsonForm.MAPPER.readTree(line));
    }
    return out;
  }

  private static String said(JsonNode answer) {
    return answer.get(0).get("content").asText();
  }

  /**
   * Three choices between "no" and "yes": 0.9 for yes, 0.5 for no, 0.4 a tie. By weight yes has
   * (0.9 + 0.4 / 2) / 1.8 = 0.6111.
   */
  @Test
  void votesBetweenTwoTextsBecomeOnePair() throws IOException {
    Answer yes = Rows.answer("a", "q", "yes");
    Answer no = Rows.answer("b", "q", "no");
    say(new Said.Choice("b", Said.Preferred.THIS), yes, Optional.of(no), 0.9);
    say(new Said.Choice("b", Said.Preferred.OTHER), yes, Optional.of(no), 0.5);
    say(new Said.Choice("a", Said.Preferred.TIE), no, Optional.of(yes), 0.4);
    Snapshot soft = write(new SnapshotRules(0, 0.05, 0.25, true));
    List<JsonNode> rows = rows(soft.train(Snapshot.PREFERENCE));
    assertThat(rows).hasSize(1);
    assertThat(said(rows.get(0).get("chosen"))).isEqualTo("yes");
    assertThat(said(rows.get(0).get("rejected"))).isEqualTo("no");
    assertThat(rows.get(0).get("prompt").get(0).get("content").asText()).isEqualTo("q");
    assertThat(rows.get(0).get("probability").asDouble()).isCloseTo(1.1 / 1.8, within(1e-12));
    assertThat(rows.get(0).get("weight").asDouble()).isCloseTo(1.8, within(1e-12));
    assertThat(rows(write(ALL_TRAIN).train(Snapshot.PREFERENCE)).get(0).has("probability"))
        .isFalse();
  }

  @Test
  void votesThatCancelOutAreCountedAndTeachNothing() throws IOException {
    Answer yes = Rows.answer("a", "q", "yes");
    Answer no = Rows.answer("b", "q", "no");
    say(new Said.Choice("b", Said.Preferred.THIS), yes, Optional.of(no), 0.5);
    say(new Said.Choice("a", Said.Preferred.THIS), no, Optional.of(yes), 0.5);
    say(new Said.Thumb(true), yes, Optional.empty(), 0.5);
    say(new Said.Thumb(false), yes, Optional.empty(), 0.5);
    Snapshot snapshot = write(ALL_TRAIN);
    assertThat(snapshot.parts()).isEmpty();
    assertThat(snapshot.ties()).isEqualTo(2);
    assertThat(snapshot.feedback()).isEqualTo(4);
  }

  @Test
  void anEditIsChosenOverItsAnswerAndImitated() throws IOException {
    say(new Said.Edit("Paris"), Rows.answer("a", "Capital?", "London"), Optional.empty(), 1);
    Snapshot snapshot = write(ALL_TRAIN);
    JsonNode pair = rows(snapshot.train(Snapshot.PREFERENCE)).get(0);
    assertThat(said(pair.get("chosen"))).isEqualTo("Paris");
    assertThat(said(pair.get("rejected"))).isEqualTo("London");
    JsonNode sft = rows(snapshot.train(Snapshot.SFT)).get(0);
    assertThat(sft.get("messages").get(1).get("content").asText()).isEqualTo("Paris");
    JsonNode label = rows(snapshot.train(Snapshot.FEEDBACK)).get(0);
    assertThat(said(label.get("completion"))).isEqualTo("Paris");
    assertThat(label.get("label").asBoolean()).isTrue();
  }

  /**
   * good: a thumb up and ratings of mean 4, (1 + 3/4) / 2 = 0.875; bad: ratings of mean 2, 1/4;
   * near: ratings of mean 3, 1/2. Differences 0.625, 0.375 and 0.25: three pairs with a gap of
   * 0.25, two with 0.3. The labels are good and bad; near is neither.
   */
  @Test
  void thumbsAndRatingsBecomeLabelsAndPairsOfOnePrompt() throws IOException {
    Answer good = Rows.answer("a", "q", "good");
    Answer bad = Rows.answer("b", "q", "bad");
    Answer near = Rows.answer("c", "q", "near");
    Answer elsewhere = Rows.answer("d", "another q", "worst");
    say(new Said.Thumb(true), good, Optional.empty(), 1);
    say(new Said.Ratings(Map.of("true", 3, "kind", 5)), good, Optional.empty(), 1);
    say(new Said.Ratings(Map.of("true", 2)), bad, Optional.empty(), 1);
    say(new Said.Ratings(Map.of("true", 3)), near, Optional.empty(), 1);
    say(new Said.Thumb(false), elsewhere, Optional.empty(), 1);
    assertThat(write(ALL_TRAIN).rows(Snapshot.PREFERENCE)).isEqualTo(3);
    Snapshot snapshot = write(new SnapshotRules(0, 0.05, 0.3, false));
    assertThat(rows(snapshot.train(Snapshot.PREFERENCE)))
        .extracting(r -> said(r.get("chosen")) + ">" + said(r.get("rejected")))
        .containsExactlyInAnyOrder("good>bad", "good>near");
    assertThat(rows(snapshot.train(Snapshot.FEEDBACK)))
        .extracting(r -> said(r.get("completion")) + " " + r.get("label"))
        .containsExactlyInAnyOrder("good true", "bad false", "worst false");
    assertThat(rows(snapshot.train(Snapshot.SFT)))
        .extracting(r -> r.get("messages").get(1).get("content").asText())
        .containsExactly("good");
  }

  @Test
  void neitherMakesBothUndesirable() throws IOException {
    Answer a = Rows.answer("a", "q", "x");
    say(
        new Said.Choice("b", Said.Preferred.NEITHER),
        a,
        Optional.of(Rows.answer("b", "q", "y")),
        1);
    Snapshot snapshot = write(ALL_TRAIN);
    assertThat(snapshot.train(Snapshot.PREFERENCE)).isEmpty();
    assertThat(rows(snapshot.train(Snapshot.FEEDBACK)))
        .extracting(r -> said(r.get("completion")) + r.get("label"))
        .containsExactly("xfalse", "yfalse");
  }

  @Test
  void whatIsNotAcceptedOrTooLightIsLeftOut() {
    Answer a = Rows.answer("a", "q", "x");
    say(new Said.Thumb(true), a, Optional.empty(), 0.01);
    say(new Said.Comment("well"), a, Optional.empty(), 1);
    Answer empty = Rows.answer("e", "q", " ");
    say(new Said.Thumb(false), empty, Optional.empty(), 1);
    say(new Said.Choice("a", Said.Preferred.OTHER), empty, Optional.of(a), 1);
    judged.add(new Judged(Rows.thumb("p", "a", "r", true), a, Optional.empty(), Optional.empty()));
    Snapshot snapshot = write(ALL_TRAIN);
    assertThat(snapshot.parts()).isEmpty();
    assertThat(List.of(snapshot.light(), snapshot.comments(), snapshot.feedback()))
        .containsExactly(1L, 1L, 3L);
  }

  /** A completion of a plain text stays plain text. */
  @Test
  void plainTextStaysPlain() throws IOException {
    Answer chat = Rows.answer("a", "2 + 2 =", " 4");
    Answer plain =
        new Answer(
            "a",
            chat.at(),
            "v",
            "",
            chat.messages(),
            " 4",
            List.of(),
            List.of(),
            Map.of("task", "completion"));
    say(new Said.Edit(" four"), plain, Optional.empty(), 1);
    Snapshot snapshot = write(ALL_TRAIN);
    JsonNode pair = rows(snapshot.train(Snapshot.PREFERENCE)).get(0);
    assertThat(pair.get("prompt").asText()).isEqualTo("2 + 2 =");
    assertThat(pair.get("chosen").asText()).isEqualTo(" four");
    assertThat(rows(snapshot.train(Snapshot.SFT)).get(0).get("completion").asText())
        .isEqualTo(" four");
  }

  /** What is written is what the readers of docs/data.md take, by the columns alone. */
  @Test
  void luthiersReadersTakeAllFiles() {
    Answer a = Rows.answer("a", "2 + 2?", "5");
    say(new Said.Edit("4"), a, Optional.empty(), 0.5);
    say(new Said.Thumb(false), a, Optional.empty(), 1);
    Snapshot snapshot = write(new SnapshotRules(0, 0.05, 0.25, true));
    List<Example> read = new ArrayList<>();
    for (String kind : List.of(Snapshot.PREFERENCE, Snapshot.FEEDBACK, Snapshot.SFT)) {
      dev.luthier.data.Prompted.Read rows =
          dev.luthier.data.Prompted.read(
              snapshot.train(kind).orElseThrow().toString(),
              Optional.empty(),
              Columns.AS_THEY_ARE,
              10);
      assertThat(rows.refused()).isEmpty();
      rows.rows().forEach(row -> read.add(row.example()));
    }
    Example.Answers pair = (Example.Answers) read.get(0);
    assertThat(pair.each()).extracting(Example.Answered::said).containsExactly("4", "5");
    assertThat(read.subList(1, 3))
        .extracting(e -> ((Example.Answers) e).judgement())
        .containsExactly(new Judgement.Labelled(true), new Judgement.Labelled(false));
    assertThat(((Example.Chat) read.get(3)).messages())
        .containsExactly(Message.of("user", "2 + 2?"), Message.of("assistant", "4"));
  }

  @Test
  void theSameFeedbackGivesTheSameBytesAndAPromptNeverChangesSides() throws IOException {
    for (int i = 0; i < 300; i++) {
      Answer a = Rows.answer("a" + i, "question " + i % 200, "answer " + i);
      say(new Said.Thumb(i % 3 != 0), a, Optional.empty(), 0.1 + i % 10 / 11.0);
    }
    SnapshotRules rules = new SnapshotRules(0.25, 0.05, 0.25, false);
    Snapshot first = write(rules);
    List<String> held = prompts(first.eval(Snapshot.FEEDBACK));
    // 200 prompts, a quarter of them: 50 with a standard deviation of 6.1
    assertThat(held.stream().distinct().count()).isBetween(25L, 75L);
    assertThat(prompts(first.train(Snapshot.FEEDBACK))).doesNotContainAnyElementsOf(held);
    Collections.shuffle(judged, new Random(1));
    assertThat(write(rules).sha256()).isEqualTo(first.sha256());
    assertThat(Snapshot.read(folder.resolve("snapshot"))).isEqualTo(first);
    judged.subList(100, 300).clear(); // less feedback: whoever is left is on the same side
    Snapshot less = write(rules);
    assertThat(held).containsAll(prompts(less.eval(Snapshot.FEEDBACK)));
    assertThat(prompts(less.train(Snapshot.FEEDBACK))).doesNotContainAnyElementsOf(held);
  }

  private static List<String> prompts(Optional<Path> file) throws IOException {
    return rows(file).stream().map(r -> r.get("prompt").toString()).toList();
  }
}
