package dev.luthier.feedback;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;

/** How long what is kept may be; whatever is longer is refused, never cut. */
final class Limit {
  /** Characters of a prompt, and of an answer. */
  static final int ANSWER = 2_000_000;

  /** Characters of an edited answer. */
  static final int EDIT = 200_000;

  /** Characters of a comment. */
  static final int COMMENT = 20_000;

  /** Characters of an id, a name, a reason. */
  static final int NAME = 200;

  /** Aspects of one rating, and reasons of one decision. */
  static final int ASPECTS = 32;

  private Limit() {}

  /** An id or a name: something, short, on one line. */
  static String name(String key, String value) {
    if (value.isBlank()
        || value.length() > NAME
        || value.chars().anyMatch(Character::isISOControl)) {
      String found =
          value.isBlank() ? "blank" : value.length() > NAME ? value.length() + " long" : "not that";
      throw new UserError(
          "%s must be 1 to %d characters without control characters, was %s"
              .formatted(key, NAME, found));
    }
    return value;
  }

  /** A text of any characters. */
  static String text(String key, int longest, String value) {
    Check.atMost(key + " (characters)", longest, value.length());
    return value;
  }
}
