package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Seed;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How new weights begin.
 *
 * @param words the token ids of a text, by the model's tokenizer
 * @param saved the file that the adapter comes from, or that says what was chosen for it; none
 *     where it is new
 * @param bare whether a file is read at once that holds what a method's encoder gave, without it
 */
public record Beginning(
    long seed, Function<String, int[]> words, @Nullable Safetensors saved, Predicate<Peft> bare) {
  /** Where texts are not expected. */
  public static Beginning of(long seed) {
    return of(
        seed,
        text -> {
          throw new UserError(
              "a start from the text \"%s\" needs the model's tokenizer".formatted(text));
        });
  }

  public static Beginning of(long seed, Function<String, int[]> words) {
    return new Beginning(seed, words, null, method -> false);
  }

  /** The same for one of several places. */
  Beginning at(int place) {
    return new Beginning(Seed.of(seed, 1 + place), words, saved, bare);
  }

  /** For an adapter that is read from its files at once. */
  static Beginning saved(@Nullable Safetensors file, Predicate<Peft> bare) {
    return new Beginning(0, text -> new int[] {0}, file, bare);
  }

  /** The same with what was chosen before. */
  public Beginning with(Safetensors chosen) {
    return new Beginning(seed, words, chosen, bare);
  }
}
