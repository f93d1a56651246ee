package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.io.AtomicFile;
import dev.luthier.metric.WinRate;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Two answers to each of some prompts: one of before, which is what the other, of after, is
 * compared with.
 *
 * @param judged whether answers have scores
 */
record SideBySide(List<Pair> pairs, boolean judged) {
  static final SideBySide NONE = new SideBySide(List.of(), false);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One answer, and what it is worth where somebody says so. */
  record Side(String text, int tokens, Optional<Score> score) {
    static Side of(Exam.Answer answer, Optional<Score> score) {
      return new Side(answer.text(), answer.tokens(), score);
    }

    private Map<String, Object> json() {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("text", text);
      out.put("tokens", tokens);
      score.ifPresent(
          s -> {
            out.put("score", s.total());
            if (!s.parts().isEmpty()) {
              out.put("parts", s.parts());
            }
          });
      return out;
    }
  }

  /**
   * Both answers to a prompt.
   *
   * @param expected what the data's own answer is worth, where it has one
   */
  record Pair(Exam.Question question, Side before, Side after, Optional<Score> expected) {
    /** Whether both say the same. */
    boolean equal() {
      return before.text().equals(after.text());
    }

    /** 1 where the answer of after is better, -1 where it is worse, else 0. */
    int better() {
      return equal() || before.score().isEmpty() || after.score().isEmpty()
          ? 0
          : WinRate.compare(after.score().get().total(), before.score().get().total());
    }
  }

  /** Without scores; as many as there are answers of both kinds. */
  static SideBySide of(
      List<Exam.Question> questions, List<Exam.Answer> before, List<Exam.Answer> after) {
    return new SideBySide(
        IntStream.range(0, Math.min(before.size(), after.size()))
            .mapToObj(
                i ->
                    new Pair(
                        questions.get(i),
                        Side.of(before.get(i), Optional.empty()),
                        Side.of(after.get(i), Optional.empty()),
                        Optional.empty()))
            .toList(),
        false);
  }

  /**
   * The same with scores.
   *
   * @throws dev.luthier.error.UserError naming the row where the judge has none for an answer
   */
  SideBySide by(Reward judge) {
    List<Asked> all = new ArrayList<>();
    for (Pair pair : pairs) {
      Asked asked = pair.question.asked().orElseThrow();
      all.add(asked.saying(pair.before.text()));
      all.add(asked.saying(pair.after.text()));
      if (!pair.question.expected().isEmpty()) {
        all.add(asked);
      }
    }
    List<Score> scores = judge.of(all);
    List<Pair> out = new ArrayList<>();
    int at = 0;
    for (Pair pair : pairs) {
      Side before =
          new Side(pair.before.text(), pair.before.tokens(), Optional.of(scores.get(at++)));
      Side after = new Side(pair.after.text(), pair.after.tokens(), Optional.of(scores.get(at++)));
      Optional<Score> expected =
          pair.question.expected().isEmpty() ? Optional.empty() : Optional.of(scores.get(at++));
      out.add(new Pair(pair.question, before, after, expected));
    }
    return new SideBySide(List.copyOf(out), true);
  }

  /** Whether answers were written, so that they have a length. */
  boolean written() {
    return pairs.stream().anyMatch(p -> p.before.tokens() + p.after.tokens() > 0);
  }

  /** A line of JSON for each prompt. */
  void write(Path file) {
    String lines =
        pairs.stream().map(p -> line(p) + System.lineSeparator()).collect(Collectors.joining());
    AtomicFile.write(file, lines.getBytes(StandardCharsets.UTF_8));
  }

  private String line(Pair pair) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompt", pair.question.asked().map(SideBySide::told).orElse(pair.question.text()));
    out.put("before", pair.before.json());
    out.put("after", pair.after.json());
    if (!pair.question.expected().isEmpty()) {
      Map<String, Object> expected = new LinkedHashMap<>(Map.of("text", pair.question.expected()));
      pair.expected.ifPresent(s -> expected.put("score", s.total()));
      out.put("expected", expected);
    }
    if (judged) {
      out.put("better", pair.better() > 0 ? "after" : pair.better() < 0 ? "before" : "none");
    }
    try {
      return JSON.writeValueAsString(out);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The prompt as data files have it: a text, or messages. */
  private static Object told(Asked asked) {
    return asked.answered() instanceof Example.ChatCompletion chat
        ? chat.prompt().stream().map(Message::fields).toList()
        : asked.answered().prompt();
  }
}
