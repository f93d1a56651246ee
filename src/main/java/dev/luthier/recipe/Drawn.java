package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Prompts with answers and scores, before anything else is known of them.
 *
 * @param answers those of a prompt side by side
 * @param redrawn how many prompts others were put in the place of
 */
record Drawn(List<PromptRow> prompts, List<Completion> answers, List<Score> scores, int redrawn) {

  private int samples() {
    return answers.size() / prompts.size();
  }

  /** The places of prompts whose answers are all worth the same. */
  int[] flat() {
    return IntStream.range(0, prompts.size()).filter(this::flat).toArray();
  }

  /** Whether the answers to a prompt are all worth the same. */
  boolean flat(int prompt) {
    return worths(prompt).distinct().count() == 1;
  }

  /** What the answers to a prompt are worth, in the mean. */
  double worth(int prompt) {
    return worths(prompt).average().orElse(0);
  }

  private DoubleStream worths(int prompt) {
    int n = samples();
    return scores.subList(prompt * n, (prompt + 1) * n).stream().mapToDouble(Score::total);
  }

  /** With those of other prompts that teach something in the place of those that do not. */
  Drawn with(Drawn others) {
    List<PromptRow> prompts = new ArrayList<>(this.prompts);
    List<Completion> answers = new ArrayList<>(this.answers);
    List<Score> scores = new ArrayList<>(this.scores);
    int n = samples();
    int[] places = flat();
    int at = 0;
    for (int p = 0; p < others.prompts.size(); p++) {
      if (!others.flat(p)) {
        int place = places[at++];
        prompts.set(place, others.prompts.get(p));
        for (int i = 0; i < n; i++) {
          answers.set(place * n + i, others.answers.get(p * n + i));
          scores.set(place * n + i, others.scores.get(p * n + i));
        }
      }
    }
    return new Drawn(prompts, answers, scores, redrawn + at);
  }

  /** With nothing read of the answers yet. */
  Rollout rollout(long index) {
    float[] none = {};
    return new Rollout(index, prompts, answers, scores, none, none, none, redrawn, 0, 0);
  }
}
