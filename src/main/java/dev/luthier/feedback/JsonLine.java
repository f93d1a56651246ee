package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Answers, feedback and decisions as JSON: {@code {"kind": "answer", ...}}. What {@link
 * FeedbackForm} and {@link AnswerForm} read.
 */
final class JsonLine {
  static final String KIND = "kind";
  static final String ANSWER = "answer";
  static final String FEEDBACK = "feedback";
  static final String DECISION = "decision";

  private JsonLine() {}

  static ObjectNode of(Answer answer) {
    ObjectNode out = node(ANSWER);
    out.put("id", answer.id()).put("at", answer.at().toString()).put("version", answer.version());
    if (!answer.rater().isEmpty()) {
      out.put("pseudonym", answer.rater());
    }
    try {
      out.set("messages", JsonForm.MAPPER.readTree(answer.messages()));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    out.put("text", answer.text());
    out.set("tokens", JsonForm.MAPPER.valueToTree(answer.tokens()));
    out.set("log_probs", JsonForm.MAPPER.valueToTree(answer.logProbs()));
    out.set("about", JsonForm.MAPPER.valueToTree(answer.about()));
    return out;
  }

  static ObjectNode of(Feedback feedback) {
    ObjectNode out = node(FEEDBACK);
    out.put("id", feedback.id())
        .put("at", feedback.at().toString())
        .put("pseudonym", feedback.rater())
        .put("answer", feedback.answer());
    Said said = feedback.said();
    if (said instanceof Said.Thumb thumb) {
      out.put("thumb", thumb.up() ? "up" : "down");
    } else if (said instanceof Said.Ratings ratings) {
      out.set("ratings", JsonForm.MAPPER.valueToTree(ratings.aspects()));
    } else if (said instanceof Said.Choice choice) {
      out.put("other", choice.other())
          .put("preferred", choice.preferred().name().toLowerCase(Locale.ROOT));
    } else if (said instanceof Said.Edit edit) {
      out.put("edit", edit.text());
    } else if (said instanceof Said.Comment comment) {
      out.put("comment", comment.text());
    }
    return out;
  }

  static ObjectNode of(Decision decision) {
    ObjectNode out = node(DECISION);
    out.put("feedback", decision.feedback())
        .put("standing", decision.standing().name().toLowerCase(Locale.ROOT))
        .put("weight", decision.weight());
    out.set("reasons", JsonForm.MAPPER.valueToTree(decision.reasons()));
    return out.put("by", decision.by()).put("at", decision.at().toString());
  }

  private static ObjectNode node(String kind) {
    return JsonForm.MAPPER.createObjectNode().put(KIND, kind);
  }
}
