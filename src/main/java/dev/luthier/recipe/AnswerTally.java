package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** What the model's answers to prompts of the evaluation are worth. */
final class AnswerTally implements Tally<PromptRow> {
  /** The standard error of the mean gold score. */
  static final String GOLD_ERROR = "gold_error";

  private static final double WORTH_A_WORD = 0.005;

  private final MeanTally<PromptRow> means; // under GOLD_ERROR the mean square
  private long rows;

  private AnswerTally(MeanTally<PromptRow> means) {
    this.means = means;
  }

  /** Reward, and gold where there is one. */
  static Set<Measure> measures(AnswersSpec method) {
    return method.gold().isPresent()
        ? EnumSet.of(Measure.REWARD, Measure.GOLD)
        : EnumSet.of(Measure.REWARD);
  }

  /** Reward, gold where there is one, then what the rewards are made of, lengths, and cut ones. */
  static Tally<PromptRow> of(AnswersSpec method) {
    List<String> named = new ArrayList<>();
    if (method.gold().isPresent()) {
      named.add(GOLD_ERROR);
    }
    named.addAll(List.of("answer_tokens", "truncated"));
    method.rewards().keySet().forEach(name -> named.add("reward/" + name));
    return new AnswerTally(new MeanTally<>(List.copyOf(measures(method)), named));
  }

  @Override
  public void add(List<PromptRow> rows, Tensor targets, Tensor verdict) {
    means.add(rows, targets, verdict);
    this.rows += rows.size();
  }

  @Override
  public Map<Measure, Double> values() {
    return means.values();
  }

  /** The error by sqrt((mean of g^2 - mean^2) / (n - 1)); NaN for one row. */
  @Override
  public Map<String, Double> named() {
    Map<String, Double> out = new LinkedHashMap<>(means.named());
    double gold = means.values().getOrDefault(Measure.GOLD, Double.NaN);
    out.computeIfPresent(
        GOLD_ERROR, (name, square) -> Math.sqrt(Math.max(0, square - gold * gold) / (rows - 1)));
    return out;
  }

  /** Each prompt is answered once, by the likeliest tokens; the loss is what rewards fall short. */
  static Lesson.Judged judged(PolicyAuthor author, AnswerRewards rewards, List<PromptRow> prompts) {
    float[] all = sums(rewards, prompts, author.write(prompts, 1, Sampling.GREEDY, 0));
    return new Lesson.Judged(-all[0], Ops.floats(all, Compute.CPU));
  }

  /** Sums over answers, one to each prompt, in the order of the tally. */
  private static float[] sums(
      AnswerRewards rewards, List<PromptRow> prompts, List<Completion> answers) {
    List<Score> scores = rewards.of(prompts, answers);
    List<Score> gold = rewards.gold(prompts, answers);
    List<Double> out = new ArrayList<>(List.of(sum(scores)));
    if (!gold.isEmpty()) {
      out.add(sum(gold));
      out.add(gold.stream().mapToDouble(g -> g.total() * g.total()).sum());
    }
    out.add(answers.stream().mapToDouble(a -> a.ids().length).sum());
    out.add((double) answers.stream().filter(a -> a.finish() == Completion.Finish.LENGTH).count());
    for (String part : scores.get(0).parts().keySet()) {
      if (!part.contains("/")) { // the parts of a part are in the log of rollouts alone
        out.add(scores.stream().mapToDouble(s -> s.parts().getOrDefault(part, 0.0)).sum());
      }
    }
    float[] all = new float[out.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = out.get(i).floatValue();
    }
    return all;
  }

  private static double sum(List<Score> scores) {
    return scores.stream().mapToDouble(Score::total).sum();
  }

  /** Says so where the reward grew and the gold measure fell, which is what it is there for. */
  static Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    double reward = Measure.REWARD.change(before, after);
    double gold = Measure.GOLD.change(before, after);
    if (!(reward > WORTH_A_WORD && gold < -WORTH_A_WORD)) {
      return Optional.empty();
    }
    String key = Measure.GOLD.key();
    return Optional.of(
        "the reward grew, but the gold measure fell (%.3f -> %.3f): the policy learnt to deceive the reward; stop earlier, hold it closer to the reference, or better the reward"
            .formatted(before.get(key), after.get(key)));
  }
}
