package dev.luthier.online;

import dev.luthier.rater.Filter;
import java.util.Optional;

/**
 * One way through the month.
 *
 * @param filter absent where all feedback counts alike
 * @param adversaries the share of raters who are not honest
 */
record MonthArm(String name, Optional<Filter> filter, double adversaries) {
  static final String WITH = "filter";
  static final String WITHOUT = "no filter";
  static final String HONEST = "all honest";
}
