package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.plan.Extent;
import dev.luthier.rollout.Budget;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What a rollout holds while the policy writes it, for plans: keys and values of all answers that
 * are written at once, as long as they may get, within the generator's limit.
 *
 * @param samples answers to each prompt
 * @param most tokens of an answer
 * @param ahead whether it is written while the policy learns, by a copy of what trains
 */
record RolloutMemory(int samples, int most, boolean ahead) {

  /**
   * Its bytes.
   *
   * @param rows all prompts that are trained on
   * @param prompts of a rollout
   * @param even whether steps read one prompt at a time, so that plans know no others
   * @param block what a block makes of prompts that are read at once
   */
  long of(
      Model model,
      List<? extends TrainingRow> rows,
      int prompts,
      int virtual,
      boolean even,
      ToLongFunction<Extent> block) {
    Budget budget = Budget.ofRollouts(model.compute());
    Generative writing = Generative.of(model);
    Extent some = AnswersMemory.prompts(rows, Math.min(prompts, rows.size()), virtual, most);
    long count = some.sequences();
    Extent read = new Extent(count, some.tokens(), some.longest(), count, virtual, even);
    int longest = (int) read.longest();
    int written = Math.min(budget.rows(), prompts * samples);
    long cache =
        writing.bytes(written, longest, most) + writing.bytes((int) read.sequences(), longest, 0);
    return Math.min(cache, budget.cacheBytes())
        + block.applyAsLong(read)
        + AnswersMemory.scores(writing, written)
        + AnswersMemory.copies(model);
  }

  /** What the copy of the policy takes that writes ahead. */
  long copy(Adapted<?> adapted) {
    long trained = 4 * adapted.trainableCount();
    return ahead
        ? trained
            + adapted.model().parameters().stream()
                .filter(p -> p.packed() != null)
                .mapToLong(Parameter::bytes)
                .sum()
        : 0;
  }
}
