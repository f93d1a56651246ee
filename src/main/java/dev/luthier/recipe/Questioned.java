package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.judge.Pair;
import dev.luthier.model.Model;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Questions that versions answer. */
record Questioned(List<Exam.Question> all) {
  int size() {
    return all.size();
  }

  private Asked asked(int i) {
    return all.get(i).asked().orElseThrow();
  }

  List<Example.Answered> prompts() {
    return all.stream().map(q -> q.asked().orElseThrow().answered()).toList();
  }

  List<int[]> tokens(ModelFolder folder, Model model) {
    Prompting prompting = Prompting.of(folder, model);
    return prompts().stream().map(p -> Respondent.tokens(prompting, p)).toList();
  }

  /** What answers are worth in the mean. */
  double mean(dev.luthier.reward.Reward reward, List<Exam.Answer> answers) {
    List<Asked> said = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      said.add(asked(i).saying(answers.get(i).text()));
    }
    return reward.of(said).stream().mapToDouble(Score::total).average().orElse(0);
  }

  /** Answers of two sides, where they are not the same text. */
  List<Pair> pairs(List<Exam.Answer> a, List<Exam.Answer> b) {
    List<Pair> out = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (!a.get(i).text().equals(b.get(i).text())) {
        Asked asked = asked(i);
        out.add(
            new Pair(
                asked.saying(a.get(i).text()).answered(),
                asked.saying(b.get(i).text()).answered(),
                asked.columns(),
                asked.place(),
                OptionalDouble.empty()));
      }
    }
    return out;
  }
}
