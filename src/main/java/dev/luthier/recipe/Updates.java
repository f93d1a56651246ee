package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** How many steps the answers of a rollout are good for. */
@Doc("How many steps the answers of a rollout are good for")
public record Updates(
    @Doc(
            value = "How often they are learnt from",
            elsewhere = {"num_iterations", "num_ppo_epochs", "ppo_epochs"})
        @Default("1")
        int iterations,
    @Doc(
            value = "In how many steps each time, prompt by prompt",
            elsewhere = {"num_mini_batches", "ppo_mini_batch_size"})
        @Default("1")
        int minibatches) {
  public Updates {
    Check.atLeast("updates.iterations", 1, iterations);
    Check.atLeast("updates.minibatches", 1, minibatches);
  }

  /** Steps of a rollout. */
  int steps() {
    return iterations * minibatches;
  }
}
