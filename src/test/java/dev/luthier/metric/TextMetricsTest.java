package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextMetricsTest {
  @Test
  void exactMatch() {
    assertThat(ExactMatch.PLAIN.matches("The cat", "The cat")).isTrue();
    assertThat(ExactMatch.PLAIN.matches("The cat", "the cat")).isFalse();
    assertThat(ExactMatch.SQUAD.matches("The  cat!", "a CAT")).isTrue();
    assertThat(ExactMatch.SQUAD.matches("theory", "ory")).isFalse();
    assertThat(ExactMatch.SQUAD.matches("U.S. dollar", "us dollar")).isTrue();
    // Punctuation goes before the articles: "the-cat" becomes one word, which is no article.
    assertThat(ExactMatch.SQUAD.matches("the-cat", "thecat")).isTrue();
    assertThat(ExactMatch.SQUAD.matches("\u00ab x \u00bb", "x")).isFalse(); // no ASCII
  }

  @Test
  void rougeL() {
    // testing one two / testing: the sequence has 1 word: p 1/1, r 1/3, f 2 * 1 / (1 + 3).
    assertThat(RougeL.PLAIN.score("testing one two", "testing"))
        .isEqualTo(new Scores(1, 1 / 3.0, 0.5));
    // police killed the gunman / police kill the gunman: 3 words of 4 (Lin 2004, section 3.1);
    // the gunman kill police: 2 of 4.
    assertThat(RougeL.PLAIN.score("police killed the gunman", "Police kill the gunman.").f1())
        .isEqualTo(0.75);
    assertThat(RougeL.PLAIN.score("police killed the gunman", "the gunman kill police").f1())
        .isEqualTo(0.5);
    assertThat(RougeL.STEMMED.score("police killed the gunman", "police kills the gunman").f1())
        .isEqualTo(1);
    assertThat(RougeL.PLAIN.score("", "x").f1()).isZero();
    assertThat(RougeL.PLAIN.score("x", "...").f1()).isZero();
  }

  @Test
  void wordsOfRouge() {
    assertThat(RougeL.PLAIN.words("It's 3.5%, caf\u00e9_no!"))
        .containsExactly("it", "s", "3", "5", "caf", "no");
    // Words of three letters and less keep their ending.
    assertThat(RougeL.STEMMED.words("was ties running relational"))
        .containsExactly("was", "ti", "run", "relat");
  }

  /** Laws: swapping the texts swaps precision and recall; a text is its own best summary. */
  @Property
  void laws(
      @ForAll @StringLength(max = 30) @CharRange(from = ' ', to = 'e') String a,
      @ForAll @StringLength(max = 30) @CharRange(from = ' ', to = 'e') String b) {
    Scores ab = RougeL.PLAIN.score(a, b);
    Scores ba = RougeL.PLAIN.score(b, a);
    assertThat(ba).isEqualTo(new Scores(ab.recall(), ab.precision(), ab.f1()));
    assertThat(RougeL.PLAIN.score(a, a).f1()).isEqualTo(RougeL.PLAIN.words(a).isEmpty() ? 0 : 1);
    assertThat(ExactMatch.SQUAD.normal(ExactMatch.SQUAD.normal(a)))
        .isEqualTo(ExactMatch.SQUAD.normal(a));
  }
}
