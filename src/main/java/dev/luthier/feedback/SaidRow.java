package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What was said as columns of a table: what kind it is, the other answer if any, and the rest. */
record SaidRow(String kind, Optional<String> other, String body) {
  static final String CHOICE = "choice";

  private static final String THUMB = "thumb";
  private static final String RATINGS = "ratings";
  private static final String EDIT = "edit";
  private static final String COMMENT = "comment";
  private static final String UP = "up";
  private static final TypeReference<Map<String, Integer>> GRADES = new TypeReference<>() {};

  static SaidRow of(Said said) {
    if (said instanceof Said.Thumb thumb) {
      return new SaidRow(THUMB, Optional.empty(), thumb.up() ? UP : "down");
    }
    if (said instanceof Said.Ratings ratings) {
      return new SaidRow(RATINGS, Optional.empty(), JsonForm.text(ratings.aspects()));
    }
    if (said instanceof Said.Choice choice) {
      String preferred = choice.preferred().name().toLowerCase(Locale.ROOT);
      return new SaidRow(CHOICE, Optional.of(choice.other()), preferred);
    }
    if (said instanceof Said.Edit edit) {
      return new SaidRow(EDIT, Optional.empty(), edit.text());
    }
    return new SaidRow(COMMENT, Optional.empty(), ((Said.Comment) said).text());
  }

  Said said() {
    switch (kind) {
      case THUMB:
        return new Said.Thumb(body.equals(UP));
      case RATINGS:
        return new Said.Ratings(grades());
      case CHOICE:
        return new Said.Choice(
            other.orElseThrow(), Said.Preferred.valueOf(body.toUpperCase(Locale.ROOT)));
      case EDIT:
        return new Said.Edit(body);
      case COMMENT:
        return new Said.Comment(body);
      default:
        throw new IllegalStateException("feedback of kind " + kind);
    }
  }

  private Map<String, Integer> grades() {
    try {
      return JsonForm.MAPPER.readValue(body, GRADES);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
