package dev.luthier.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.io.Journal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Answers as JSON: {@code {"prompt": TEXT | "messages": [...], "text": TEXT, ...}}. */
final class AnswerForm {
  private static final String ID = "id";
  private static final String AT = "at";
  private static final String VERSION = "version";
  private static final String PROMPT = "prompt";
  private static final String MESSAGES = "messages";
  private static final String TEXT = "text";
  private static final String TOKENS = "tokens";
  private static final String LOG_PROBS = "log_probs";
  private static final String ABOUT = "about";
  private static final String FROM_FILE = "file"; // the version of answers that name none

  private static final Set<String> KNOWN =
      Set.of(
          JsonLine.KIND,
          ID,
          AT,
          VERSION,
          RaterForm.RATER,
          RaterForm.PSEUDONYM,
          PROMPT,
          MESSAGES,
          TEXT,
          TOKENS,
          LOG_PROBS,
          ABOUT);

  private AnswerForm() {}

  /**
   * Reads an answer; without an id it gets one that its content determines.
   *
   * @param place stands before the fields' names in messages
   * @param names makes a pseudonym of a rater's name
   * @param now its time, if it names none
   * @throws FormError if a field is missing, wrong or unknown
   */
  static Answer read(ObjectNode object, String place, UnaryOperator<String> names, Instant now) {
    Fields fields = new Fields(object, place);
    fields.only(KNOWN);
    Map<String, String> about =
        fields.map(ABOUT, JsonNode::isTextual, "a text", JsonNode::textValue);
    String messages = messages(fields);
    String version = fields.text(VERSION).orElse(FROM_FILE);
    String text = fields.required(TEXT);
    String made = Journal.key(JsonForm.text(List.of(version, messages, text)));
    String id = fields.text(ID).orElse("a" + made.substring(0, 32));
    Optional<String> rater = RaterForm.read(fields, names);
    Instant at = fields.time(AT).orElse(now);
    List<Integer> tokens = fields.integers(TOKENS);
    List<Double> logProbs = fields.numbers(LOG_PROBS);
    return fields.checked(
        "",
        () ->
            new Answer(id, at, version, rater.orElse(""), messages, text, tokens, logProbs, about));
  }

  private static String messages(Fields fields) {
    Optional<String> prompt = fields.text(PROMPT);
    Optional<JsonNode> messages = fields.find(MESSAGES);
    if (prompt.isPresent() == messages.isPresent()) {
      throw fields.wrong(MESSAGES, "or prompt is needed, one of the two");
    }
    return messages
        .map(JsonNode::toString)
        .orElseGet(
            () -> JsonForm.text(List.of(Map.of("role", "user", "content", prompt.orElseThrow()))));
  }
}
