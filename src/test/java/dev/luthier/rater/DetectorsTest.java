package dev.luthier.rater;

import static dev.luthier.rater.Told.answer;
import static dev.luthier.rater.Told.prefers;
import static dev.luthier.rater.Told.said;
import static dev.luthier.rater.Told.thumb;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DetectorsTest {
  private static final Texts TEXTS = new Texts(0.8, 0.1, 6);

  @Test
  void theSameTwiceCountsOnce() {
    List<Finding> found =
        new Repeats()
            .find(
                List.of(
                    thumb("1", "ann", "x", 1, true),
                    thumb("2", "ann", "x", 2, true), // again
                    thumb("3", "bob", "x", 3, true), // somebody else
                    thumb("4", "ann", "y", 4, true), // of another answer
                    prefers("5", "ann", "x", "y", 5),
                    said("6", "ann", answer("y"), 6, choice("x", Said.Preferred.OTHER)), // again
                    said("7", "ann", answer("x"), 7, new Said.Comment("fine")),
                    said("8", "ann", answer("x"), 8, new Said.Comment(" fine ")))); // again
    assertThat(found).extracting(Finding::feedback).containsExactly("2", "6", "8");
    assertThat(found).allMatch(f -> f.atBest() == Standing.REJECTED && f.factor() == 0);
    assertThat(found.get(0).reason()).contains("repeats feedback 1");
  }

  private static Said choice(String other, Said.Preferred preferred) {
    return new Said.Choice(other, preferred);
  }

  /**
   * Three within ten minutes count: at 0, 1, 2 min; those at 3 and 9 min do not; at 10 one does.
   */
  @Test
  void whatIsBeyondTheRateIsRejected() {
    List<Judged> all = new ArrayList<>();
    for (int minute : new int[] {0, 1, 2, 3, 9, 10}) {
      all.add(thumb("at" + minute, "ann", "x" + minute, 60 * minute, true));
    }
    all.add(thumb("other", "bob", "x1", 190, true));
    List<Finding> found = new Flood(3, 10).find(all);
    assertThat(found).extracting(Finding::feedback).containsExactly("at3", "at9");
    assertThat(found.get(1).reason()).contains("number 5 within 10 minutes, of which 3 count");
  }

  /** 800 characters take 10 s at 80 a second: 12 s are enough, 5 s count half, 2 s are too few. */
  @Test
  void whoCannotHaveReadCountsLess() {
    String text = "a".repeat(800);
    List<Finding> found =
        new Reading(80)
            .find(
                List.of(
                    said("slow", "ann", answer("1", "?", text), 12, new Said.Thumb(true)),
                    said("half", "bob", answer("1", "?", text), 5, new Said.Thumb(true)),
                    said("never", "eve", answer("1", "?", text), 2, new Said.Thumb(true)),
                    // five seconds after the one before; the answer is old
                    said("next", "ann", answer("2", "?", text), 17, new Said.Thumb(true)),
                    // of the same answer as the one before: read already
                    said("more", "ann", answer("2", "?", text), 28, new Said.Comment("good")),
                    said("file", "zoe", answer("1", "?", text), 0, new Said.Thumb(true))));
    assertThat(found).extracting(Finding::feedback).containsExactly("half", "never", "next");
    assertThat(found.get(0).factor()).isCloseTo(0.5, within(1e-9));
    assertThat(found.get(0).reason())
        .contains("came after 5.0 s, where 800 characters take the fastest reader 10.0 s");
    assertThat(found.get(1).atBest()).isEqualTo(Standing.QUARANTINED);
  }

  private static final String LONG = "Please buy candles at the shop around the corner, they burn.";

  @Test
  void copiesOfTextsAreFound() {
    Judged first = said("1", "ann", answer("1", "A?", "x"), 1, new Said.Comment(LONG));
    List<Finding> found =
        TEXTS.find(
            List.of(
                first,
                said("2", "ann", answer("2", "B?", "y"), 2, new Said.Comment(LONG + "!")),
                said("3", "bob", answer("3", "C?", "z"), 3, new Said.Comment(LONG.toUpperCase())),
                said(
                    "4",
                    "zoe",
                    answer("3", "C?", "z"),
                    4,
                    new Said.Comment("Candles? No thanks, I asked for a sum.")),
                said("5", "zoe", answer("4", "D?", "w"), 5, new Said.Comment("Thank you")),
                said("6", "ann", answer("3", "C?", "z"), 6, new Said.Comment("Thank you"))));
    assertThat(found).extracting(Finding::feedback).containsExactly("2", "3");
    assertThat(found.get(0).atBest()).isEqualTo(Standing.REJECTED); // the same rater
    assertThat(found.get(1).atBest()).isEqualTo(Standing.QUARANTINED); // another
    assertThat(found.get(1).reason()).contains("100 % the same as 1, which rater ann wrote");
  }

  @Test
  void twoMayCorrectAlike() {
    String right = "The capital of France is Paris, on the Seine.";
    assertThat(
            TEXTS.find(
                List.of(
                    said(
                        "1",
                        "ann",
                        answer("1", "Capital?", "The capital of France is Lyon."),
                        1,
                        new Said.Edit(right)),
                    said(
                        "2",
                        "bob",
                        answer("2", "Capital?", "The capital of France is Nice."),
                        2,
                        new Said.Edit(right)))))
        .isEmpty();
  }

  @Test
  void editsHaveToDoWithTheAnswer() {
    List<Finding> found =
        TEXTS.find(
            List.of(
                said(
                    "good",
                    "ann",
                    answer("1", "Sort: tree sun", "tree sun"),
                    1,
                    new Said.Edit("sun tree")),
                said(
                    "same",
                    "ann",
                    answer("2", "Sort: tree sun", "sun tree"),
                    2,
                    new Said.Edit("sun tree ")),
                said(
                    "off",
                    "bob",
                    answer("3", "Sort: tree sun", "tree sun"),
                    3,
                    new Said.Edit("Cheap watches for everybody who clicks here"))));
    assertThat(found).extracting(Finding::feedback).containsExactly("same", "off");
    assertThat(found.get(0).atBest()).isEqualTo(Standing.REJECTED);
    assertThat(found.get(1).atBest()).isEqualTo(Standing.QUARANTINED);
    assertThat(found.get(1).reason()).contains("of this edit's 7 words 0 stand");
  }

  @Test
  void oddLengthsStandOut() {
    List<Judged> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(
          said(
              "c" + i,
              "r" + i,
              answer("a" + i, "q" + i, "x"),
              i,
              new Said.Comment(letters(i, 20 + i))));
    }
    assertThat(TEXTS.find(all)).isEmpty();
    all.add(
        said(
            "long",
            "eve",
            answer("b", "q", "x"),
            99,
            new Said.Comment("clicks here ".repeat(750))));
    List<Finding> found = TEXTS.find(all);
    assertThat(found).extracting(Finding::feedback).containsExactly("long");
    assertThat(found.get(0).reason()).contains("far longer than all others: 9000 characters");
  }

  /** No two of these are alike. */
  private static String letters(int seed, int count) {
    Random random = new Random(seed);
    return random
        .ints(count, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void whoTurnsRoundIsHeardLast() {
    List<Finding> found =
        new Contradictions()
            .find(
                List.of(
                    prefers("1", "ann", "x", "y", 1),
                    prefers("2", "ann", "y", "x", 2),
                    prefers("3", "bob", "x", "y", 3),
                    thumb("4", "bob", "x", 4, true),
                    thumb("5", "bob", "x", 5, false)));
    assertThat(found).extracting(Finding::feedback).containsExactly("1", "4", "2", "5");
    assertThat(found.get(0).atBest()).isEqualTo(Standing.REJECTED);
    assertThat(found.get(0).reason()).contains("later said the contrary, in 2");
    assertThat(found.get(2).factor()).isEqualTo(0.5);
  }

  /** One of three is wrong at least, so each counts two thirds; a chain without a circle counts. */
  @Test
  void choicesThatGoRoundCountLess() {
    List<Finding> found =
        new Contradictions()
            .find(
                List.of(
                    prefers("1", "ann", "x", "y", 1),
                    prefers("2", "ann", "y", "z", 2),
                    prefers("3", "ann", "z", "x", 3),
                    prefers("4", "ann", "x", "w", 4),
                    prefers("5", "bob", "x", "y", 5),
                    prefers("6", "bob", "y", "z", 6),
                    prefers("7", "bob", "x", "z", 7)));
    assertThat(found).extracting(Finding::feedback).containsExactly("1", "2", "3");
    assertThat(found).allMatch(f -> Math.abs(f.factor() - 2 / 3.0) < 1e-12);
    assertThat(found.get(0).reason()).contains("circle of 3 choices");
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThatThrownBy(() -> new Flood(0, 60))
        .isInstanceOf(UserError.class)
        .hasMessage("filter.flood.most must be >= 1, was 0");
    assertThatThrownBy(() -> new Prior(0.5, 4))
        .isInstanceOf(UserError.class)
        .hasMessage("filter.prior.accuracy must be > 0.5, was 0.5");
    assertThatThrownBy(() -> new Collusion(0, 0.1, 10))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("filter.collusion.level");
    assertThatThrownBy(() -> new Gold("a", "a", true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("another one");
  }
}
