package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Feedback from a file of JSON lines: each as a client sends it ({@link FeedbackForm}) with {@code
 * rater} or {@code pseudonym} and, if it is known, {@code at}; {@code answer} and {@code other} may
 * hold whole answers. And what {@link FeedbackStore#export} writes. Without ids, they come from the
 * content, so that a file that is read twice is there once.
 */
public final class FeedbackFile {
  private static final String AT = "at";
  private static final Set<String> MORE =
      Set.of(JsonLine.KIND, AT, RaterForm.RATER, RaterForm.PSEUDONYM);
  private static final Set<String> DECISION =
      Set.of(JsonLine.KIND, "feedback", "standing", "weight", "reasons", "by", AT);
  private static final List<String> STANDINGS =
      List.of("pending", "accepted", "quarantined", "rejected");

  private final FeedbackStore store;
  private final Instant now;
  private long answers;
  private long feedback;
  private long decisions;
  private long known;

  /** What came of a file: what is new, and how many lines were there already. */
  public record Loaded(long answers, long feedback, long decisions, long known) {}

  private FeedbackFile(FeedbackStore store, Instant now) {
    this.store = store;
    this.now = now;
  }

  /**
   * Reads a file into a store: all of it, or nothing.
   *
   * @param now the time of what names none
   * @throws UserError naming file and line
   */
  public static Loaded load(FeedbackStore store, Path file, Instant now) {
    FeedbackFile out = new FeedbackFile(store, now);
    store.together(writing -> out.load(writing, file));
    return new Loaded(out.answers, out.feedback, out.decisions, out.known);
  }

  private void load(Writing writing, Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      long number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          line(writing, line, "%s line %d".formatted(file, number));
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  private void line(Writing writing, String line, String place) {
    try {
      if (!(JsonForm.MAPPER.readTree(line) instanceof ObjectNode object)) {
        throw new UserError(place + ": must be a JSON object");
      }
      String kind = object.path(JsonLine.KIND).asText(JsonLine.FEEDBACK);
      switch (kind) {
        case JsonLine.ANSWER -> answer(writing, object, "");
        case JsonLine.FEEDBACK -> feedback(writing, object);
        case JsonLine.DECISION -> decision(writing, object);
        default ->
            throw new FormError(
                JsonLine.KIND, "kind must be answer, feedback or decision, was " + kind);
      }
    } catch (JsonProcessingException e) {
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new UserError("%s: malformed JSON: %s".formatted(place, reason), e);
    } catch (FormError | UnknownAnswer | Conflict e) {
      throw new UserError("%s: %s".formatted(place, e.getMessage()), e);
    } catch (UserError e) {
      String told = String.valueOf(e.getMessage());
      throw told.startsWith(place) ? e : new UserError("%s: %s".formatted(place, told), e);
    }
  }

  private String answer(Writing writing, ObjectNode object, String place) {
    Answer answer = AnswerForm.read(object, place, store::pseudonym, now);
    if (writing.add(answer)) {
      answers++;
    } else {
      known++;
    }
    return answer.id();
  }

  /** Answers inside become their ids. */
  private void inline(Writing writing, ObjectNode line, String field) {
    JsonNode node = line.get(field);
    if (node instanceof ObjectNode object) {
      line.put(field, answer(writing, object, field + "."));
    }
  }

  private void feedback(Writing writing, ObjectNode line) {
    inline(writing, line, FeedbackForm.ANSWER);
    inline(writing, line, FeedbackForm.OTHER);
    FeedbackForm form = FeedbackForm.read(line, MORE);
    Fields fields = new Fields(line, "");
    String rater =
        RaterForm.read(fields, store::pseudonym)
            .orElseThrow(() -> fields.wrong(RaterForm.RATER, "or pseudonym is missing"));
    Feedback said =
        new Feedback(
            form.id().orElseGet(() -> id(form, rater)),
            form.answer(),
            rater,
            fields.time(AT).orElse(now),
            form.said());
    if (writing.add(said)) {
      feedback++;
    } else {
      known++;
    }
  }

  private static String id(FeedbackForm form, String rater) {
    SaidRow said = SaidRow.of(form.said());
    List<String> content =
        List.of(form.answer(), rater, said.kind(), said.other().orElse(""), said.body());
    return "f" + Journal.key(JsonForm.text(content)).substring(0, 32);
  }

  private void decision(Writing writing, ObjectNode line) {
    Fields fields = new Fields(line, "");
    fields.only(new TreeSet<>(DECISION));
    String standing = fields.word("standing", STANDINGS).toUpperCase(Locale.ROOT);
    Optional<Instant> at = fields.time(AT);
    Decision decision =
        new Decision(
            fields.required("feedback"),
            Standing.valueOf(standing),
            fields.number("weight"),
            fields.texts("reasons"),
            fields.required("by"),
            at.orElse(now));
    writing.decide(List.of(decision));
    decisions++;
  }
}
