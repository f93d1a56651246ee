package dev.luthier.loss;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What is known of P pairs beside which answer is named first.
 *
 * @param probability (P) p, how probable it is that the chosen answer is the better one, as several
 *     raters give it; null for certain
 * @param margin (P) Delta, by how much it is better, in units of the scaled margin (Amini et al.
 *     2024, https://arxiv.org/abs/2402.10571); null for no matter how much
 */
public record PairLabels(@Nullable Tensor probability, @Nullable Tensor margin) {
  /** The chosen answer is better, no matter by how much. */
  public static final PairLabels PLAIN = new PairLabels(null, null);

  /** Labels with a probability. */
  public static PairLabels soft(Tensor probability) {
    return new PairLabels(probability, null);
  }

  /** Labels with a margin. */
  public static PairLabels by(Tensor margin) {
    return new PairLabels(null, margin);
  }

  /** The same without the margin. */
  public PairLabels withoutMargin() {
    return new PairLabels(probability, null);
  }

  /** u - Delta. */
  Tensor beyondMargin(Tensor u) {
    return margin == null ? u : u.sub(margin);
  }

  /**
   * p L(as labelled) + (1 - p) L(the other way round): the mean over what raters would say. With p
   * = 1 - epsilon it is the conservative loss of Mitchell 2023 (cDPO).
   */
  Tensor expected(Tensor asLabelled, Supplier<Tensor> reversed) {
    return probability == null
        ? asLabelled
        : probability.mul(asLabelled).add(disbelief(probability).mul(reversed.get()));
  }

  /** 1 - p. */
  private static Tensor disbelief(Tensor p) {
    return p.neg().add(Ops.scalar(1));
  }

  /** For each pair whether u points to the answer that is more probably better: 1, 0, or 1/2. */
  Tensor agreement(Tensor u) {
    Tensor right = u.sign();
    if (probability != null) {
      right = right.mul(probability.sub(Ops.scalar(0.5)).sign());
    }
    return right.add(Ops.scalar(1)).div(Ops.scalar(2));
  }

  /**
   * @param loss as a recipe names it
   * @throws UserError if there is a margin
   */
  void refuseMargin(String loss) {
    if (margin != null) {
      throw new UserError(
          "%s has no place for the margins that the data gives; take a loss of a margin such as dpo, ipo, hinge, simpo or gpo, or leave the column of margins out"
              .formatted(loss));
    }
  }

  /**
   * @param loss as a recipe names it
   * @throws UserError if there is a probability
   */
  void refuseProbability(String loss) {
    if (probability != null) {
      throw new UserError(
          "%s has no place for soft labels, since it sorts the answers of all pairs; take dpo, or round the probabilities"
              .formatted(loss));
    }
  }
}
