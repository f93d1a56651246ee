package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedbackFileTest {
  private static final String GOOD =
      "{'rater': 'ann', 'answer': {'prompt': '2+2?', 'text': '4'}, 'thumb': 'up'}";

  @TempDir Path folder;
  private @Nullable FeedbackStore store;

  @BeforeEach
  void open() {
    store = FeedbackStores.open(FeedbackStores.defaultUrl(folder));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private FeedbackFile.Loaded load(String... lines) throws IOException {
    Path file = folder.resolve("in.jsonl");
    Files.writeString(file, String.join("\n", lines).replace('\'', '"'));
    return FeedbackFile.load(store, file, Rows.NOON);
  }

  @Test
  void answersMayStandInsideAndAreThereOnce() throws IOException {
    String pair =
        "{'rater': 'bob', 'at': '2026-02-01T00:00:00Z', 'preferred': 'this',"
            + " 'answer': {'prompt': '2+2?', 'text': '4'},"
            + " 'other': {'messages': [{'content': '2+2?', 'role': 'user'}], 'text': '5',"
            + " 'version': 'v0003', 'tokens': [9], 'log_probs': [-1], 'about': {'task': 'sums'}}}";
    assertThat(load(GOOD, "", pair)).isEqualTo(new FeedbackFile.Loaded(2, 2, 0, 1));
    assertThat(load(GOOD, pair)).isEqualTo(new FeedbackFile.Loaded(0, 0, 0, 5));
    Judged bob = store.feedback(Asked.of(store.pseudonym("bob"))).get(0);
    assertThat(bob.answer().text()).isEqualTo("4");
    assertThat(bob.answer().version()).isEqualTo("file");
    assertThat(bob.other().orElseThrow().about()).isEqualTo(Map.of("task", "sums"));
    assertThat(bob.feedback().at()).isEqualTo("2026-02-01T00:00:00Z");
    assertThat(store.feedback(Asked.of(store.pseudonym("ann"))).get(0).feedback().at())
        .isEqualTo(Rows.NOON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'rater': 'x', 'answer': 'none', 'thumb': 'up'} | there is no answer with the id none
          {'rater': 'x', 'answer': 'none', 'thumb': 'sideways'} | thumb must be one of up, down, was sideways
          {'rater': 'x', 'answer': 'none'} | one of thumb, ratings, preferred, edit, comment is needed, none was there
          {'rater': 'x', 'answer': 'n', 'thumb': 'up', 'edit': 'y'} | one of thumb, ratings, preferred, edit, comment is needed, there were thumb and edit
          {'answer': 'none', 'thumb': 'up'} | rater or pseudonym is missing
          {'rater': 'x', 'answr': 'none', 'thumb': 'up'} | answr is no field here; there are answer, at, comment, edit, id, kind, other, preferred, pseudonym, rater, ratings, thumb
          {'rater': 'x', 'thumb': 'up'} | answer is missing
          {'rater': 'x', 'answer': {'text': 'y'}, 'thumb': 'up'} | answer.messages or prompt is needed, one of the two
          {'rater': 'x', 'answer': {'prompt': 'q', 'text': 7}, 'thumb': 'up'} | answer.text must be a text, was the number 7
          {'rater': 'x', 'answer': {'prompt': 'q', 'text': 'y', 'tokens': [1], 'log_probs': [-1, -2]}, 'thumb': 'up'} | answer.log_probs must be one for each of 1 tokens, were 2
          {'rater': 'x', 'answer': 'none', 'ratings': {'true': 6}} | ratings.true must be from 1 to 5, was 6
          {'rater': 'x', 'answer': 'none', 'ratings': {'true': 2.5}} | ratings.true must be a whole number, was the number 2.5
          {'rater': 'x', 'answer': 'none', 'at': 'now', 'thumb': 'up'} | at must be a time such as 2026-03-01T12:00:00Z, was now
          {'kind': 'x'} | kind must be answer, feedback or decision, was x
          [1] | must be a JSON object
          {'rater': | malformed JSON: Unexpected end-of-input within/between Object entries
          """)
  void anErrorNamesTheLineAndNothingIsKept(String line, String message) {
    assertThatThrownBy(() -> load(GOOD, GOOD, "", line, GOOD))
        .isInstanceOf(UserError.class)
        .hasMessage("%s line 4: %s".formatted(folder.resolve("in.jsonl"), message));
    assertThat(store.count(Asked.all())).isZero();
    store.export(java.util.Optional.empty(), out -> assertThat(out).isNull());
  }

  @Test
  void otherContentUnderAnIdIsRefused() throws IOException {
    String first = GOOD.replace("'rater'", "'id': 'mine', 'rater'");
    load(first);
    assertThatThrownBy(() -> load(first.replace("'up'", "'down'")))
        .hasMessageEndingWith("in.jsonl line 1: other feedback has the id mine");
    assertThat(List.of(store.count(Asked.all()), store.pending())).containsExactly(1L, 1L);
  }
}
