package dev.luthier.feedback;

import java.util.Optional;
import java.util.function.UnaryOperator;

/** Whose a line is: a rater's name, which is hashed, or the pseudonym that came of it. */
final class RaterForm {
  static final String RATER = "rater";
  static final String PSEUDONYM = "pseudonym";

  private RaterForm() {}

  static Optional<String> read(Fields fields, UnaryOperator<String> names) {
    Optional<String> rater = fields.text(RATER);
    Optional<String> pseudonym = fields.text(PSEUDONYM);
    if (rater.isPresent() && pseudonym.isPresent()) {
      throw fields.wrong(PSEUDONYM, "and rater exclude each other");
    }
    rater.ifPresent(name -> fields.checked(RATER, () -> Limit.name(RATER, name)));
    pseudonym.ifPresent(name -> fields.checked(PSEUDONYM, () -> Limit.name(PSEUDONYM, name)));
    return rater.map(names).or(() -> pseudonym);
  }
}
