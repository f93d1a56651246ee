package dev.luthier.recipe;

import dev.luthier.error.Check;
import dev.luthier.metric.WinRate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Rows of data files, made of answers that a model gave. */
record AnswerRows(List<Candidates> of) {
  /** All answers as they were drawn, with their scores where there are any. */
  List<Map<String, Object>> all() {
    return of.stream()
        .map(
            c -> {
              Map<String, Object> more = new LinkedHashMap<>();
              more.put("answers", c.answers().stream().map(Candidate::text).toList());
              if (scored()) {
                more.put("scores", c.answers().stream().map(Candidate::worth).toList());
              }
              if (golden()) {
                more.put("gold", c.answers().stream().map(Candidate::gold).toList());
              }
              more.put("truncated", c.answers().stream().map(Candidate::cut).toList());
              if (!c.question().expected().isEmpty()) {
                more.put("expected", c.question().expected());
              }
              return c.row(more);
            })
        .toList();
  }

  /**
   * The form {@code graded}: the whole answers to each prompt with their scores, each text once.
   */
  List<Map<String, Object>> graded() {
    List<Map<String, Object>> out = new ArrayList<>();
    for (Candidates one : of) {
      Map<String, Double> scores = new LinkedHashMap<>();
      one.whole().forEach(answer -> scores.putIfAbsent(answer.text(), answer.worth()));
      if (!scores.isEmpty()) {
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("answers", List.copyOf(scores.keySet()));
        more.put("scores", List.copyOf(scores.values()));
        out.add(one.row(more));
      }
    }
    return out;
  }

  /** Prompt and completion of each answer that is kept, with its score. */
  List<Map<String, Object>> kept(Keep keep) {
    List<Map<String, Object>> out = new ArrayList<>();
    for (Candidates one : of) {
      for (Candidate answer : keep.of(one.whole())) {
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("completion", one.said(answer));
        more.put("worth", answer.worth());
        out.add(one.row(more));
      }
    }
    return out;
  }

  /** The best answer to each prompt beside the worst, where one is worth more. */
  List<Map<String, Object>> pairs() {
    List<Map<String, Object>> out = new ArrayList<>();
    Comparator<Candidate> worth = Comparator.comparingDouble(Candidate::worth);
    for (Candidates one : of) {
      List<Candidate> whole = one.whole();
      if (whole.isEmpty()) {
        continue;
      }
      Candidate best = whole.stream().max(worth).orElseThrow();
      Candidate worst = whole.stream().min(worth).orElseThrow();
      if (WinRate.compare(best.worth(), worst.worth()) > 0 && !best.text().equals(worst.text())) {
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("chosen", one.said(best));
        more.put("rejected", one.said(worst));
        more.put("chosen_score", best.worth());
        more.put("rejected_score", worst.worth());
        out.add(one.row(more));
      }
    }
    return out;
  }

  private boolean scored() {
    return !Double.isNaN(of.get(0).answers().get(0).worth());
  }

  private boolean golden() {
    return !Double.isNaN(of.get(0).answers().get(0).gold());
  }

  private DoubleStream worths() {
    return of.stream().flatMapToDouble(c -> DoubleStream.of(c.worth()));
  }

  /** One line for people. */
  String told() {
    int each = of.get(0).answers().size();
    double count = (double) of.size() * each;
    double cut =
        of.stream().flatMap(c -> c.answers().stream()).filter(Candidate::cut).count() / count;
    double tokens =
        of.stream().flatMap(c -> c.answers().stream()).mapToInt(Candidate::tokens).sum() / count;
    String score = scored() ? ", mean score %.4f".formatted(worths().average().orElse(0)) : "";
    return "%d prompts, %d answers each, %.1f tokens in the mean, %.1f %% cut at the limit%s"
        .formatted(of.size(), each, tokens, 100 * cut, score);
  }

  /** Why there is nothing to learn from, and what helps. */
  String nothingKept(Keep keep) {
    boolean noneWhole = of.stream().allMatch(c -> c.whole().isEmpty());
    return noneWhole
        ? "no answer is kept: all were empty or cut at the limit; raise draw.max_new_tokens"
        : "no answer is kept: the best is worth %s, and keep asks for at least %s; lower it, draw more samples, or begin from a better model"
            .formatted(
                Check.text(worths().max().orElse(0)),
                keep.floor().map(Check::text).orElse("nothing"));
  }
}
