package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What an outcome metric, such as truthfulness or toxicity, counts for. Its scores lie in [0, 1].
 */
@Doc("What an outcome metric counts for")
public record Outcome(
    @Doc("How much reward a score of 1 is worth over one of 0") @Default("1") double weight,
    @Doc("Whether scores are to go up (truth) or down (toxicity)") @Default("up")
        Direction direction,
    @Doc(
            "The least mean of the metric that the policy has to keep (where it is to go down, the"
                + " most): below it the weight grows; unset: none")
        Optional<Double> floor) {
  /** Where the scores are to go. */
  public enum Direction {
    UP,
    DOWN
  }

  public Outcome {
    Check.atLeast("outcome.weight", 0.0, weight);
    floor.ifPresent(f -> Check.within("outcome.floor", 0, 1, f));
  }

  /** Scores whose 1 is good: s, or 1 - s where they are to go down. */
  public Tensor directed(Tensor scores) {
    return direction == Direction.UP ? scores : scores.neg().add(Ops.scalar(1));
  }

  /** The floor of directed scores. */
  public Optional<Double> directedFloor() {
    return floor.map(f -> direction == Direction.UP ? f : 1 - f);
  }
}
