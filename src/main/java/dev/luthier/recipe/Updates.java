package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.Optional;

/** How many steps the answers of a rollout are good for. */
@Doc("How many steps the answers of a rollout are good for")
public record Updates(
    @Doc(
            value = "How often they are learnt from; unset: 4 times in ppo, else once",
            elsewhere = {"num_iterations", "num_ppo_epochs", "ppo_epochs"})
        Optional<Integer> iterations,
    @Doc(
            value = "In how many steps each time, prompt by prompt",
            elsewhere = {"num_mini_batches", "ppo_mini_batch_size"})
        @Default("1")
        int minibatches,
    @Doc(
            value =
                "The KL from the policy that wrote the answers, in nats of a token, from which on they"
                    + " are not learnt from again: the next step has new ones; unset: never",
            elsewhere = {"target_kl", "early_stopping_kl"})
        Optional<Double> stopAtKl) {
  public Updates {
    iterations.ifPresent(n -> Check.atLeast("updates.iterations", 1, n));
    Check.atLeast("updates.minibatches", 1, minibatches);
    stopAtKl.ifPresent(kl -> Check.above("updates.stop_at_kl", 0, kl));
  }

  /** The same, learnt from so often where nothing else is said. */
  Updates or(int usual) {
    return new Updates(Optional.of(iterations.orElse(usual)), minibatches, stopAtKl);
  }

  /** Steps of a rollout, at most. */
  int steps() {
    return iterations.orElse(1) * minibatches;
  }
}
