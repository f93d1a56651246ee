package dev.luthier.peft;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * How many weights may differ from the loaded ones: a share of them, or a number.
 *
 * @param key what it belongs to, for errors
 */
record Amount(String key, Optional<Double> share, Optional<Long> count) {
  Amount {
    if (share.isPresent() && count.isPresent()) {
      throw new UserError("%s has both share and count; say one".formatted(key));
    }
    share.ifPresent(s -> Check.within(key + ".share", 0, 1, Check.above(key + ".share", 0, s)));
    count.ifPresent(c -> Check.atLeast(key + ".count", 1, c));
  }

  /** The share where neither is said. */
  static Optional<Double> or(double usual, Optional<Double> share, Optional<Long> count) {
    return share.isEmpty() && count.isEmpty() ? Optional.of(usual) : share;
  }

  /** k, at least 1. */
  long of(List<Parameter> weights) {
    long all = weights.stream().mapToLong(Parameter::count).sum();
    long most = count.orElse(all);
    if (most > all) {
      throw new UserError(
          "%s.count must be <= %d, which is all that its targets have, was %d"
              .formatted(key, all, most));
    }
    return share.map(s -> Math.max(1, Math.round(s * all))).orElse(most);
  }
}
