package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** What a rater says about an answer. */
public sealed interface Said {

  /** Thumbs up or down. */
  record Thumb(boolean up) implements Said {}

  /**
   * Grades.
   *
   * @param aspects 1 (bad) to 5 (good) by the name of the aspect
   */
  record Ratings(Map<String, Integer> aspects) implements Said {
    public static final int WORST = 1;
    public static final int BEST = 5;

    public Ratings {
      aspects = Collections.unmodifiableMap(new TreeMap<>(aspects));
      if (aspects.isEmpty() || aspects.size() > Limit.ASPECTS) {
        throw new UserError(
            "ratings must be of 1 to %d aspects, were of %d"
                .formatted(Limit.ASPECTS, aspects.size()));
      }
      aspects.forEach(
          (aspect, grade) -> {
            Limit.name("the name of an aspect of ratings", aspect);
            if (grade < WORST || grade > BEST) {
              throw new UserError(
                  "ratings.%s must be from %d to %d, was %d".formatted(aspect, WORST, BEST, grade));
            }
          });
    }

    /** The mean of the grades. */
    public double mean() {
      return aspects.values().stream().mapToInt(Integer::intValue).average().orElseThrow();
    }
  }

  /** Which of two answers to one prompt is better. */
  enum Preferred {
    THIS,
    OTHER,
    TIE,
    NEITHER
  }

  /**
   * One answer against another.
   *
   * @param other the id of the other answer, to the same prompt
   */
  record Choice(String other, Preferred preferred) implements Said {
    public Choice {
      Limit.name("other", other);
    }
  }

  /** The answer as it should have been. */
  record Edit(String text) implements Said {
    public Edit {
      Limit.text("edit", Limit.EDIT, text);
      if (text.isBlank()) {
        throw new UserError("edit must be the corrected answer, was blank");
      }
    }
  }

  /** Free text. */
  record Comment(String text) implements Said {
    public Comment {
      Limit.text("comment", Limit.COMMENT, text);
      if (text.isBlank()) {
        throw new UserError("comment must say something, was blank");
      }
    }
  }
}
