package dev.luthier.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Rated;
import dev.luthier.feedback.Said;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is kept about feedback, as the page is shown it. */
final class Shown {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Shown() {}

  /** The messages that an answer answers. */
  static JsonNode messages(Answer answer) {
    try {
      return MAPPER.readTree(answer.messages());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the store keeps messages as JSON", e);
    }
  }

  static Map<String, @Nullable Object> judged(Judged judged) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("feedback", feedback(judged.feedback()));
    out.put("answer", answer(judged.answer()));
    out.put("other", judged.other().map(Shown::answer).orElse(null));
    out.put("decision", judged.decision().map(Shown::decision).orElse(null));
    return out;
  }

  private static Map<String, Object> feedback(Feedback feedback) {
    return Map.of(
        "id", feedback.id(),
        "rater", feedback.rater(),
        "at", feedback.at().toString(),
        "said", said(feedback.said()));
  }

  private static Map<String, Object> answer(Answer answer) {
    return Map.of(
        "id", answer.id(),
        "version", answer.version(),
        "at", answer.at().toString(),
        "prompt", messages(answer),
        "text", answer.text());
  }

  static Map<String, Object> decision(Decision decision) {
    return Map.of(
        "standing", decision.standing().name().toLowerCase(Locale.ROOT),
        "weight", decision.weight(),
        "reasons", decision.reasons(),
        "by", decision.by(),
        "at", decision.at().toString());
  }

  private static Map<String, Object> said(Said said) {
    if (said instanceof Said.Thumb thumb) {
      return Map.of("kind", "thumb", "up", thumb.up());
    }
    if (said instanceof Said.Ratings ratings) {
      return Map.of("kind", "ratings", "aspects", ratings.aspects());
    }
    if (said instanceof Said.Choice choice) {
      return Map.of(
          "kind", "choice", "preferred", choice.preferred().name().toLowerCase(Locale.ROOT));
    }
    if (said instanceof Said.Edit edit) {
      return Map.of("kind", "edit", "text", edit.text());
    }
    return Map.of("kind", "comment", "text", ((Said.Comment) said).text());
  }

  static Map<String, Object> rated(Rated rated) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rater", rated.rater());
    out.put("feedback", rated.feedback());
    out.put("accepted", rated.accepted());
    out.put("quarantined", rated.quarantined());
    out.put("rejected", rated.rejected());
    out.put(
        "pending", rated.feedback() - rated.accepted() - rated.quarantined() - rated.rejected());
    out.put("weight", rated.weight());
    out.put("first", rated.first().toString());
    out.put("last", rated.last().toString());
    return out;
  }
}
