package dev.luthier.advise;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** A choice that people name: {@code reward-model}. */
public interface Named {
  /** Of an enum. */
  String name();

  /** What it is. */
  String words();

  /** As it is typed. */
  default String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws UserError if no choice is called so
   */
  static <T extends Named> T of(String flag, T[] all, String text) {
    return Arrays.stream(all)
        .filter(c -> c.label().equals(text.strip().toLowerCase(Locale.ROOT).replace('_', '-')))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "%s must be one of %s, was %s"
                        .formatted(
                            flag,
                            String.join(", ", Arrays.stream(all).map(Named::label).toList()),
                            text.strip())));
  }

  /** Several, with commas between them. */
  static <T extends Named & Comparable<? super T>> Set<T> all(String flag, T[] all, String text) {
    Set<T> out = new TreeSet<>();
    for (String one : List.of(text.split(","))) {
      if (!one.isBlank() && !one.strip().equals("none")) {
        out.add(of(flag, all, one));
      }
    }
    return out;
  }
}
