package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.data.Sample;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exam in writing whose answers are scored by the metrics of a recipe, but for those that only
 * know the answers of the file. Models that score are read for each evaluation, so that they take
 * no memory in between.
 *
 * @param asked the rows of the questions
 */
record OutcomeExam(
    Exam written, List<Sample> asked, Map<String, OutcomeMetric> metrics, String device)
    implements Exam {
  @Override
  public List<Question> questions() {
    return written.questions();
  }

  @Override
  public List<String> answers(int most) {
    return written.answers(most);
  }

  @Override
  public Marks marks() {
    if (asked.isEmpty()) {
      return written.marks();
    }
    List<String> answers = written.answers(asked.size());
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      Sample sample = asked.get(i);
      Example.Answered given = ((Example.Answers) sample.example()).each().get(0);
      all.add(new Asked(said(given, answers.get(i)), sample.columns(), 0, sample.place()));
    }
    Map<String, Double> named = new LinkedHashMap<>();
    metrics.forEach(
        (name, metric) -> {
          if (metric.scorer().scoresWritten()) {
            named.put("written_" + name, mean(new Scoring(name, metric), all));
          }
        });
    return new Marks(Map.of(), Map.of(), named);
  }

  /** The same prompt with another answer. */
  private static Example.Answered said(Example.Answered given, String answer) {
    return given instanceof Example.ChatCompletion chat
        ? new Example.ChatCompletion(
            chat.prompt(), List.of(Message.of(Message.ASSISTANT, answer)), chat.tools())
        : new Example.PromptCompletion((String) given.prompt(), answer);
  }

  private double mean(Scoring scoring, List<Asked> all) {
    try (Reward reward = scoring.metric().scorer().open(device)) {
      double sum = 0;
      for (float score : scoring.of(reward, all)) {
        sum += score;
      }
      return sum / all.size();
    }
  }
}
