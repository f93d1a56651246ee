package dev.luthier.judge;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Seed;
import java.util.List;

/**
 * What a constitution asks for.
 *
 * @param each the principles
 * @param seed of those that are drawn
 */
public record Principles(List<String> each, long seed) {
  public Principles {
    each = List.copyOf(each);
    if (each.isEmpty() || each.stream().anyMatch(String::isBlank)) {
      throw new UserError("constitution.principles must be texts, at least one, was " + each);
    }
  }

  /** The one for a question, always the same one. */
  public String of(String question) {
    long draw = Seed.of(seed, question.hashCode());
    return each.get(Math.floorMod(draw, each.size()));
  }
}
