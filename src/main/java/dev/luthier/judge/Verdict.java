package dev.luthier.judge;

/** A pair and what was said of it. */
public record Verdict(Pair pair, Opinion opinion) {
  /** Which is better by the judge: 1 for a, -1 for b, 0 for none. */
  int said() {
    return opinion.verdict();
  }

  /** Which is better by the file: 1 for a, -1 for b, 0 for none or where it does not say. */
  int labelled() {
    return pair.label().isPresent() ? Opinion.sign(pair.label().getAsDouble()) : 0;
  }

  /** Which is longer: 1 for a, -1 for b, 0 for none. */
  int longer() {
    return Integer.signum(difference());
  }

  /** By how many characters a is longer. */
  int difference() {
    return pair.a().said().length() - pair.b().said().length();
  }
}
