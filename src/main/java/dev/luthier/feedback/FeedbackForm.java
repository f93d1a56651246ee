package dev.luthier.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Feedback as a client sends it: {@code {"answer": ID, ...}} with one of {@code "thumb": "up" |
 * "down"}, {@code "ratings": {ASPECT: 1..5}}, {@code "other": ID, "preferred": "this" | "other" |
 * "tie" | "neither"}, {@code "edit": TEXT}, {@code "comment": TEXT}; and {@code "id"}, if the
 * client wants to send it again without doubling it.
 */
public record FeedbackForm(Optional<String> id, String answer, Said said) {
  static final String ID = "id";
  static final String ANSWER = "answer";
  static final String OTHER = "other";

  private static final String THUMB = "thumb";
  private static final String RATINGS = "ratings";
  private static final String PREFERRED = "preferred";
  private static final String EDIT = "edit";
  private static final String COMMENT = "comment";
  private static final List<String> FORMS = List.of(THUMB, RATINGS, PREFERRED, EDIT, COMMENT);

  /** All fields. */
  static final Set<String> KNOWN =
      Set.of(ID, ANSWER, OTHER, THUMB, RATINGS, PREFERRED, EDIT, COMMENT);

  /**
   * @throws FormError if a field is missing, wrong or unknown
   */
  public static FeedbackForm read(ObjectNode object) {
    return read(object, Set.of());
  }

  /**
   * @param more fields that somebody else reads
   */
  static FeedbackForm read(ObjectNode object, Set<String> more) {
    Fields fields = new Fields(object, "");
    Set<String> known = new TreeSet<>(KNOWN);
    known.addAll(more);
    fields.only(known);
    Optional<String> id = fields.text(ID);
    id.ifPresent(given -> fields.checked(ID, () -> Limit.name(ID, given)));
    String answer = fields.required(ANSWER);
    fields.checked(ANSWER, () -> Limit.name(ANSWER, answer));
    List<String> given = FORMS.stream().filter(form -> fields.find(form).isPresent()).toList();
    if (given.size() != 1) {
      throw new FormError(
          given.isEmpty() ? THUMB : given.get(1),
          "one of %s is needed, %s"
              .formatted(
                  String.join(", ", FORMS),
                  given.isEmpty()
                      ? "none was there"
                      : "there were " + String.join(" and ", given)));
    }
    String form = given.get(0);
    if (!form.equals(PREFERRED) && fields.find(OTHER).isPresent()) {
      throw fields.wrong(OTHER, "goes with preferred only");
    }
    return new FeedbackForm(id, answer, fields.checked(form, () -> said(form, fields)));
  }

  private static Said said(String form, Fields fields) {
    switch (form) {
      case THUMB:
        return new Said.Thumb(fields.word(THUMB, List.of("up", "down")).equals("up"));
      case RATINGS:
        return new Said.Ratings(
            fields.map(
                RATINGS,
                node -> node.isIntegralNumber() && node.canConvertToInt(),
                "a whole number",
                JsonNode::intValue));
      case PREFERRED:
        String word = fields.word(PREFERRED, List.of("this", "other", "tie", "neither"));
        return new Said.Choice(
            fields.required(OTHER), Said.Preferred.valueOf(word.toUpperCase(Locale.ROOT)));
      case EDIT:
        return new Said.Edit(fields.required(EDIT));
      default:
        return new Said.Comment(fields.required(COMMENT));
    }
  }
}
