package dev.luthier.feedback;

import dev.luthier.error.Check;
import java.time.Instant;
import java.util.Optional;

/**
 * Which feedback is wanted, oldest first.
 *
 * @param rater a pseudonym
 * @param since given at this time or later
 * @param limit at most so many
 */
public record Asked(
    Optional<Standing> standing, Optional<String> rater, Optional<Instant> since, long limit) {
  public Asked {
    Check.atLeast("limit", 0, limit);
  }

  /** All there is. */
  public static Asked all() {
    return new Asked(Optional.empty(), Optional.empty(), Optional.empty(), Integer.MAX_VALUE);
  }

  /** All of a standing. */
  public static Asked of(Standing standing) {
    return new Asked(Optional.of(standing), Optional.empty(), Optional.empty(), Integer.MAX_VALUE);
  }

  /** All of a rater. */
  public static Asked of(String rater) {
    return new Asked(Optional.empty(), Optional.of(rater), Optional.empty(), Integer.MAX_VALUE);
  }

  public Asked since(Instant time) {
    return new Asked(standing, rater, Optional.of(time), limit);
  }

  public Asked limit(long most) {
    return new Asked(standing, rater, since, most);
  }
}
