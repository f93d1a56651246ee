package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Has prompts answered and the answers scored, and others instead of those that teach nothing,
 * where the recipe says so. It takes note of nothing, so that a rollout that fails, or that nobody
 * wants in the end, leaves no trace.
 *
 * @param scoring says what answers to a prompt are worth
 * @param memory what came of each prompt when it was last answered
 */
record Drawing(
    Author author,
    RolloutSpec spec,
    BiFunction<List<PromptRow>, List<Completion>, List<Score>> scoring,
    PromptMemory memory,
    long seed)
    implements RolloutSource {

  @Override
  public Written of(long index, List<PromptRow> prompts) {
    long begin = System.nanoTime();
    Drawn drawn = answered(prompts, Seed.of(seed, index));
    List<Drawn> all = new ArrayList<>(List.of(drawn));
    Set<PromptRow> tried = new HashSet<>(prompts);
    for (int round = 1; round <= spec.redraws() && drawn.flat().length > 0; round++) {
      List<PromptRow> next =
          memory.order(Seed.of(seed, index, round)).stream()
              .filter(p -> !tried.contains(p))
              .limit(drawn.flat().length)
              .toList();
      if (next.isEmpty()) {
        break;
      }
      tried.addAll(next);
      Drawn more = answered(next, Seed.of(seed, index, round));
      all.add(more);
      drawn = drawn.with(more);
    }
    Rollout bare = drawn.rollout(index);
    float[] none = {};
    float[] old = author.old(bare);
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Written(bare.read(old, none, none, seconds), all);
  }

  private Drawn answered(List<PromptRow> prompts, long draws) {
    List<Completion> answers = author.answers(prompts, draws);
    List<Score> scores = scoring.apply(prompts, answers);
    return new Drawn(
        prompts,
        answers,
        spec.overlong().map(price -> Overlong.paid(price, answers, scores)).orElse(scores),
        0);
  }
}
