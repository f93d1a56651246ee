package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Several answers to one prompt, in the order in which they were drawn. */
record Candidates(Exam.Question question, List<Candidate> answers) {
  /** Lets a model answer, without scores. */
  static List<Candidates> drawn(
      Respondent model, List<Exam.Question> questions, int samples, Writer.Manner manner) {
    List<Completion> made =
        model.completions(
            questions.stream().map(q -> q.asked().orElseThrow().answered()).toList(),
            samples,
            manner);
    List<Candidates> out = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      out.add(
          new Candidates(
              questions.get(i),
              made.subList(i * samples, (i + 1) * samples).stream()
                  .map(Candidates::candidate)
                  .toList()));
    }
    return out;
  }

  private static Candidate candidate(Completion made) {
    return new Candidate(
        made.text(),
        made.ids().length,
        made.finish() == Completion.Finish.LENGTH,
        Double.NaN,
        Double.NaN);
  }

  /**
   * The same with scores.
   *
   * @param with puts a score where it belongs
   * @throws UserError naming the row where one is no number
   */
  static List<Candidates> scored(
      List<Candidates> all, Reward reward, BiFunction<Candidate, Double, Candidate> with) {
    List<Asked> asked =
        all.stream()
            .flatMap(
                c -> c.answers.stream().map(a -> c.question.asked().orElseThrow().saying(a.text())))
            .toList();
    List<Score> scores = reward.of(asked);
    List<Candidates> out = new ArrayList<>();
    int at = 0;
    for (Candidates one : all) {
      List<Candidate> answers = new ArrayList<>();
      for (Candidate answer : one.answers) {
        double score = scores.get(at).total();
        if (!Double.isFinite(score)) {
          throw new UserError(
              "%s: the score of the answer \"%.40s\" is %s; it must be a number"
                  .formatted(asked.get(at).place(), answer.text(), score));
        }
        answers.add(with.apply(answer, score));
        at++;
      }
      out.add(new Candidates(one.question, List.copyOf(answers)));
    }
    return out;
  }

  /** Answers that ended by themselves, so that a model may learn them. */
  List<Candidate> whole() {
    return answers.stream().filter(a -> !a.cut() && !a.text().isBlank()).toList();
  }

  double[] worth() {
    return answers.stream().mapToDouble(Candidate::worth).toArray();
  }

  double[] gold() {
    return answers.stream().mapToDouble(Candidate::gold).toArray();
  }

  /** A row with the prompt and the answers as data files have them. */
  Map<String, Object> row(Map<String, Object> more) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompt", prompt());
    out.putAll(more);
    if (question.asked().orElseThrow().answered() instanceof Example.ChatCompletion chat
        && !chat.tools().isEmpty()) {
      out.put("tools", chat.tools());
    }
    return out;
  }

  /** An answer as data files have it beside such a prompt: a text, or a message. */
  Object said(Candidate answer) {
    return question.asked().orElseThrow().answered() instanceof Example.ChatCompletion
        ? List.of(Message.of(Message.ASSISTANT, answer.text()).fields())
        : answer.text();
  }

  private Object prompt() {
    Example.Answered answered = question.asked().orElseThrow().answered();
    return answered instanceof Example.ChatCompletion chat
        ? chat.prompt().stream().map(Message::fields).toList()
        : answered.prompt();
  }
}
