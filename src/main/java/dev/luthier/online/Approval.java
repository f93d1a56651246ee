package dev.luthier.online;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import dev.luthier.metric.RateDifference;
import java.time.Instant;
import java.util.List;

/**
 * How the answers of a version are liked by accepted feedback: a thumb, ratings above or below
 * their middle, an edit (which says that the answer was not good), and a choice between two
 * versions. Opinions count by their weights w; n is their effective number (Kish 1965), (sum w)^2 /
 * sum w^2.
 *
 * @param weights sum of w
 * @param squares sum of w^2
 * @param likes sum of w over those that like it
 */
record Approval(double weights, double squares, double likes) {
  static final Approval NONE = new Approval(0, 0, 0);

  /** Of a version's answers, by what was said since a time. */
  static Approval of(String version, List<Judged> all, Instant since) {
    Approval out = NONE;
    for (Judged judged : all) {
      if (judged.standing() == Standing.ACCEPTED && !judged.feedback().at().isBefore(since)) {
        double weight = judged.decision().map(Decision::weight).orElse(1.0);
        out = out.and(liked(version, judged), weight);
      }
    }
    return out;
  }

  /** 1 where an answer of this version is liked, 0 where it is not, -1 where nothing is said. */
  private static int liked(String version, Judged judged) {
    Said said = judged.feedback().said();
    boolean own = judged.answer().version().equals(version);
    if (said instanceof Said.Choice choice) {
      boolean other = judged.other().filter(answer -> answer.version().equals(version)).isPresent();
      if (own == other || choice.preferred() == Said.Preferred.TIE) {
        return -1;
      }
      return choice.preferred() == (own ? Said.Preferred.THIS : Said.Preferred.OTHER) ? 1 : 0;
    }
    if (!own) {
      return -1;
    }
    if (said instanceof Said.Thumb thumb) {
      return thumb.up() ? 1 : 0;
    }
    if (said instanceof Said.Ratings ratings) {
      double middle = (Said.Ratings.BEST + Said.Ratings.WORST) / 2.0;
      return ratings.mean() == middle ? -1 : ratings.mean() > middle ? 1 : 0;
    }
    return said instanceof Said.Edit ? 0 : -1;
  }

  private Approval and(int liked, double weight) {
    return liked < 0 || weight <= 0
        ? this
        : new Approval(
            weights + weight, squares + weight * weight, likes + (liked > 0 ? weight : 0));
  }

  /** How many opinions of weight 1 say as much. */
  long count() {
    return squares == 0 ? 0 : (long) Math.floor(weights * weights / squares + 1e-9);
  }

  /** The share that like it. */
  double rate() {
    return weights == 0 ? 0.5 : likes / weights;
  }

  RateDifference above(Approval other) {
    return RateDifference.of(
        rate() * count(), count(), other.rate() * other.count(), other.count());
  }

  String text() {
    return "%.3f of %d".formatted(rate(), count());
  }
}
