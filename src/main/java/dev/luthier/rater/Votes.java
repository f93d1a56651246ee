package dev.luthier.rater;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of votes.
 *
 * @param questions how many
 * @param raters how many
 * @param known the truth of each question, null where it is not known
 */
record Votes(int questions, int raters, List<Vote> votes, @Nullable Boolean[] known) {
  static Votes of(int questions, int raters, List<Vote> votes) {
    return new Votes(questions, raters, votes, new Boolean[questions]);
  }
}
