package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.PromptRow;
import dev.luthier.data.Sample;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the model's answers to prompts of the data are worth. A scorer sees all columns of the
 * prompt's row; the answer that the row gives is in {@code expected} where no column is called so.
 *
 * @param gold what is only measured
 * @param samples of all prompts, by identity
 */
record AnswerRewards(Reward reward, Optional<Reward> gold, Map<PromptRow, Sample> samples)
    implements AutoCloseable {
  private static final String EXPECTED = "expected";

  /**
   * Reads what scorers need, and has them look at every prompt, so that what a row lacks is known
   * before anything is written.
   */
  static AnswerRewards open(AnswersSpec method, String device, Corpus<PromptRow> corpus) {
    AnswerRewards out =
        new AnswerRewards(
            RewardPart.open(method.rewards(), device),
            method.gold().map(scorer -> scorer.open(device)),
            samples(corpus));
    List<Asked> all = out.samples.keySet().stream().map(row -> out.asked(row, "", 0)).toList();
    try {
      out.reward.check(all);
      out.gold.ifPresent(gold -> gold.check(all));
      return out;
    } catch (UserError e) {
      out.close();
      throw e;
    }
  }

  private static Map<PromptRow, Sample> samples(Corpus<PromptRow> corpus) {
    Map<PromptRow, Sample> samples = new IdentityHashMap<>();
    List.of(corpus.report().train(), corpus.report().eval())
        .forEach(
            set -> {
              for (int i = 0; i < set.kept().size(); i++) {
                samples.put(set.kept().get(i), set.sources().get(i));
              }
            });
    return samples;
  }

  /**
   * A score for each answer, those to a prompt side by side.
   *
   * @throws UserError naming the row where one is no number
   */
  List<Score> of(List<PromptRow> prompts, List<Completion> answers) {
    return scored(reward, prompts, answers);
  }

  /** The same by what is only measured; none where nothing is. */
  List<Score> gold(List<PromptRow> prompts, List<Completion> answers) {
    return gold.map(g -> scored(g, prompts, answers)).orElse(List.of());
  }

  private List<Score> scored(Reward reward, List<PromptRow> prompts, List<Completion> answers) {
    int each = answers.size() / prompts.size();
    List<Asked> asked = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      asked.add(asked(prompts.get(i / each), answers.get(i).text(), i % each));
    }
    List<Score> scores;
    synchronized (samples) { // rollouts ahead are scored while evaluations are
      scores = reward.of(asked);
    }
    for (int i = 0; i < scores.size(); i++) {
      if (!Double.isFinite(scores.get(i).total())) {
        throw new UserError(
            "%s: the reward of the answer \"%.40s\" is %s; it must be a number"
                .formatted(asked.get(i).place(), answers.get(i).text(), scores.get(i).total()));
      }
    }
    return scores;
  }

  /** An answer to a prompt, as scorers see it. */
  Asked asked(PromptRow row, String answer, int number) {
    Sample sample = Objects.requireNonNull(samples.get(row));
    Example.Prompt prompt = (Example.Prompt) sample.example();
    Map<String, Object> columns = new LinkedHashMap<>(sample.columns());
    prompt.expected().ifPresent(text -> columns.putIfAbsent(EXPECTED, text));
    return new Asked(prompt.answered(answer), columns, number, sample.place());
  }

  @Override
  public void close() {
    reward.close();
    gold.ifPresent(Reward::close);
  }
}
