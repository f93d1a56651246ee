package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the row makers of encoders have in common. */
final class TextRows {
  private TextRows() {}

  static Encoded encode(Tokenizer tokenizer, String text, Optional<String> pair) {
    return whole(tokenizer.encode(text, pair));
  }

  /**
   * @throws UserError if a text has become no token at all
   */
  static Encoded whole(Encoded encoded) {
    if (encoded.length() == 0) {
      throw new UserError(
          "the text is empty, and the tokenizer adds nothing to it; remove the row");
    }
    return encoded;
  }

  /** Warns of texts without a character. */
  static Findings empty(Samples train, Samples eval) {
    return new Findings(List.of(), List.of(), emptyTexts(train, eval), List.of());
  }

  static List<String> emptyTexts(Samples train, Samples eval) {
    List<String> out = new ArrayList<>();
    empty(train, "training").ifPresent(out::add);
    empty(eval, "the evaluation").ifPresent(out::add);
    return out;
  }

  private static Optional<String> empty(Samples set, String name) {
    Found found = Found.NONE;
    for (Sample sample : set.list()) {
      boolean empty = Annotated.texts(sample.example()).anyMatch(String::isBlank);
      found = empty ? found.and(sample.place()) : found;
    }
    return found.any()
        ? Optional.of(
            "%d rows of %s hold an empty text, the first is %s"
                .formatted(found.count(), name, found.first()))
        : Optional.empty();
  }
}
