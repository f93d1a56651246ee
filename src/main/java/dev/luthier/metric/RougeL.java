package dev.luthier.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import opennlp.tools.stemmer.PorterStemmer;

/**
 * ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3.1): the
 * longest common subsequence of words, as precision, recall and F1. Words are those of the
 * rouge_score package: lower-case runs of a-z and 0-9; other characters part words.
 *
 * @param stem what becomes of a word before it is compared
 */
public record RougeL(UnaryOperator<String> stem) {
  private static final int SHORT = 3;

  /** Words compared as they are: what rouge_score does unless told otherwise. */
  public static final RougeL PLAIN = new RougeL(word -> word);

  /**
   * Words of more than three letters without their endings (Porter 1980). The stemmer of
   * rouge_score, NLTK's, has rules beyond Porter's (it keeps a y behind a vowel: play, enjoy),
   * which treat a word and its own copy alike but may join or part other pairs of words.
   */
  public static final RougeL STEMMED =
      new RougeL(word -> word.length() > SHORT ? new PorterStemmer().stem(word) : word);

  /** The scores of one text; 0 where either has no word. */
  public Scores score(String expected, String answer) {
    List<String> there = words(expected);
    List<String> found = words(answer);
    return Scores.of(common(there, found), found.size(), there.size());
  }

  List<String> words(String text) {
    List<String> out = new ArrayList<>();
    for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")) {
      if (!word.isEmpty()) {
        out.add(stem.apply(word));
      }
    }
    return out;
  }

  /** The length of the longest common subsequence: a row of the table for each word of a. */
  private static int common(List<String> a, List<String> b) {
    int[] above = new int[b.size() + 1];
    for (String word : a) {
      int[] row = new int[b.size() + 1];
      for (int j = 1; j <= b.size(); j++) {
        row[j] = word.equals(b.get(j - 1)) ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
      }
      above = row;
    }
    return above[b.size()];
  }
}
