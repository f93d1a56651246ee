package dev.luthier.recipe;

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
 */
record OutcomeExam(Exam written, Map<String, OutcomeMetric> metrics, String device)
    implements Exam {
  @Override
  public List<Question> questions() {
    return written.questions();
  }

  @Override
  public List<Answer> answers(int most) {
    return written.answers(most);
  }

  @Override
  public Map<String, String> notMeasured() {
    return written.notMeasured();
  }

  @Override
  public Marks marks() {
    Marks marks = written.marks();
    List<Question> questions = written.questions();
    if (questions.isEmpty()) {
      return marks;
    }
    List<Answer> answers = written.answers(questions.size());
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      all.add(questions.get(i).asked().orElseThrow().saying(answers.get(i).text()));
    }
    Map<String, Double> named = new LinkedHashMap<>();
    metrics.forEach(
        (name, metric) -> {
          if (metric.scorer().scoresWritten()) {
            named.put("written_" + name, mean(new Scoring(name, metric), all));
          }
        });
    return new Marks(marks.all(), marks.tasks(), named);
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
