package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;

import dev.luthier.tensor.Compute;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Two answers, a good one of 1 token and a bad one of 3, in float64: w = 1.5 | 0.5, 1, 1.1 and A =
 * 1 | -1, -1, -1; at most 5 tokens.
 */
final class TokenExample {
  static final double[] LOG_RATIOS = {Math.log(1.5), Math.log(0.5), 0, Math.log(1.1)};
  static final double[] OLD = {-2, -3, -1, -2.5};

  static final List<ClippedLoss> CLIPPED =
      List.of(
          new Grpo(0.2, none(), none(), RatioLevel.TOKEN),
          new Grpo(0.2, Optional.of(0.3), Optional.of(3.0), RatioLevel.SEQUENCE),
          new Bnpo(0.2, none(), none(), RatioLevel.TOKEN),
          new Dapo(0.2, 0.28, none(), RatioLevel.TOKEN),
          new DrGrpo(0.2, none(), none(), RatioLevel.TOKEN),
          new Gspo(0.1, 0.2, none()),
          new Luspo(0.1, 0.2, none()),
          new Rloo(0.2, none()),
          new PpoClip(0.2));

  static final List<PolicyLoss> ALL =
      Stream.concat(
              CLIPPED.stream(),
              Stream.of(new Cispo(5), new Sapo(1, 1.05), new Vespo(2, 3, 3, 2), new Reinforce()))
          .map(l -> (PolicyLoss) l)
          .toList();

  private TokenExample() {}

  static Optional<Double> none() {
    return Optional.empty();
  }

  static Segments answers() {
    return Segments.ofLengths(Compute.CPU, 1, 3);
  }

  static Tensor advantages() {
    return doubles(1, -1, -1, -1);
  }

  static StepSize step() {
    return StepSize.of(answers(), 5);
  }

  /** The policy's log-probabilities at these log-ratios. */
  static double[] policy(double... logRatios) {
    double[] out = OLD.clone();
    Arrays.setAll(out, i -> OLD[i] + logRatios[i]);
    return out;
  }

  static TokenLogps tokens() {
    return tokens(doubles(policy(LOG_RATIOS)));
  }

  static TokenLogps tokens(Tensor policy) {
    return new TokenLogps(policy, doubles(OLD), answers());
  }

  static PolicyObjective alone(PolicyLoss loss) {
    return new PolicyObjective(loss, new KlPenalty.None());
  }

  /** The loss of the example. */
  static double loss(PolicyLoss loss) {
    return alone(loss).of(tokens(), advantages(), step()).total().item_double();
  }

  /** A term of the example. */
  static double term(PolicyLoss loss, String name) {
    return PairExample.term(alone(loss).of(tokens(), advantages(), step()), name);
  }

  /** The gradient in the policy's log-probabilities. */
  static double[] gradient(PolicyLoss loss, double[] policy, Tensor advantages) {
    Tensor x = doubles(policy).set_requires_grad(true);
    alone(loss).of(tokens(x), advantages, step()).total().backward();
    return PairExample.values(x.grad());
  }
}
