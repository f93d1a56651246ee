package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Best-of-n: a model answers n times, and the answer that a scorer likes best is the answer. No
 * weight moves, so it is what a training by the same scorer has to be compared with.
 *
 * @param by what chooses
 * @param gold what is measured beside it and chooses nothing
 */
public record BestOf(
    Writer.Voice voice, int n, Scorer by, Optional<Scorer> gold, Writer.Manner manner) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A scorer as a command has it: its name, or YAML such as {@code {regex: {pattern: "[0-9]"}}}.
   *
   * @param option what it is given with
   * @throws dev.luthier.error.UserError if it is none
   */
  public static Scorer scorer(String option, String yaml) {
    return (Scorer)
        new Binder(Recipe.class, path -> path).bind(Scorer.class, Yaml.parse(yaml), option);
  }

  /** A prompt as plain text. */
  public static Example.Answered plain(String text) {
    return new Example.PromptCompletion(text, "");
  }

  /**
   * A prompt as the last message of a chat.
   *
   * @param messages each with role and content
   */
  public static Example.Answered chat(List<Map<String, Object>> messages) {
    return new Example.ChatCompletion(
        messages.stream().map(m -> new Message(String.valueOf(m.get("role")), m)).toList(),
        List.of(),
        List.of());
  }

  /**
   * All prompts of a file.
   *
   * @param chat whether a prompt that is a text is what the user of a chat says
   */
  public static Comparison.Asked file(Path file, boolean chat) {
    return new Comparison.Asked(file.toString(), Optional.empty(), Map.of(), Long.MAX_VALUE, chat);
  }

  /**
   * Answers one prompt.
   *
   * @param notes hears what it is worth
   */
  public void print(Example.Answered prompt, PrintWriter out, PrintWriter notes) {
    Asked asked = new Asked(prompt, Map.of(), 0, "the prompt");
    Candidates made = drawn(List.of(new Exam.Question("", "", Optional.of(asked))), notes).get(0);
    Candidate best = best(made);
    out.println(best.text());
    out.flush();
    notes.printf(
        "worth %.4f; the mean of %d answers is %.4f, the best of n%n%s%n",
        best.worth(),
        n,
        BestCurve.of(List.of(made)).first().score(),
        BestCurve.of(List.of(made)).table());
    notes.flush();
  }

  /**
   * Answers the prompts of a file: a line of JSON for each.
   *
   * @param notes hears what the best of each number of answers is worth in the mean
   */
  public void print(Comparison.Asked file, PrintWriter out, PrintWriter notes) {
    List<Candidates> all = drawn(file.questions(notes), notes);
    for (Candidates one : all) {
      Candidate best = best(one);
      Map<String, Object> more = new LinkedHashMap<>();
      more.put("answer", best.text());
      more.put("worth", best.worth());
      if (gold.isPresent()) {
        more.put("gold", best.gold());
      }
      more.put("answers", one.answers().stream().map(Candidate::text).toList());
      more.put("scores", one.answers().stream().map(Candidate::worth).toList());
      out.println(json(one.row(more)));
    }
    out.flush();
    notes.println(BestCurve.of(all).table());
    notes.flush();
  }

  private static Candidate best(Candidates of) {
    return of.answers().stream().max(Comparator.comparingDouble(Candidate::worth)).orElseThrow();
  }

  private List<Candidates> drawn(List<Exam.Question> questions, PrintWriter notes) {
    try (Reward chooses = by.open(voice.device());
        Respondent model = Respondent.open(voice)) {
      model.adapter().ifPresent(a -> a.notes().forEach(notes::println));
      List<Candidates> scored =
          Candidates.scored(
              Candidates.drawn(model, questions, n, manner), chooses, Candidate::worth);
      if (gold.isEmpty()) {
        return scored;
      }
      try (Reward measures = gold.get().open(voice.device())) {
        return Candidates.scored(scored, measures, Candidate::gold);
      }
    }
  }

  private static String json(Map<String, Object> row) {
    try {
      return JSON.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
