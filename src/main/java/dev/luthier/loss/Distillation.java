package dev.luthier.loss;

import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Learning from a teacher's scores beside the tokens themselves (Hinton et al. 2015,
 * https://arxiv.org/abs/1503.02531, section 2): (1 - w) (-log Q(target)) + w T^2 D(P_T, Q_T), where
 * P_T and Q_T are the softmax of scores / T. T^2 keeps the size of the gradients, which fall as 1 /
 * T^2; TRL's GKD leaves it out. With D of GKD (Agarwal et al. 2023,
 * https://arxiv.org/abs/2306.13649). Letters: M targets, C of a chunk, V vocabulary.
 *
 * @param temperature T
 * @param share w, of the teacher
 */
public record Distillation(TokenDivergence divergence, double temperature, double share) {
  public Distillation {
    Check.above("temperature", 0, temperature);
    Check.within("share", 0, 1, share);
  }

  /**
   * Cross-entropy and divergence of every token, which need all scores of a token but of no other.
   *
   * @param student scores (C, V) float32
   * @param teacher scores (C, V) float32, without gradient
   * @param targets (C) int64
   * @return (C, 2): -log Q(target), T^2 D
   */
  public Tensor each(Tensor student, Tensor teacher, Tensor targets) {
    Tensor cross = TokenScores.logProbabilities(student, targets).neg(); // (C, 1)
    Tensor apart =
        divergence
            .of(cooled(teacher).log_softmax(1), cooled(student).log_softmax(1))
            .mul(new Scalar(temperature * temperature));
    return Ops.cat(1, cross, apart);
  }

  private Tensor cooled(Tensor scores) {
    return temperature == 1 ? scores : scores.div(new Scalar(temperature));
  }

  /**
   * The loss of a micro-batch.
   *
   * @param each (M, 2), as {@link #each} has them
   * @param denominator the targets of the whole step
   */
  public Loss of(Tensor each, double denominator) {
    Tensor cross = each.select(1, 0).sum().div(new Scalar(denominator));
    Tensor apart = each.select(1, 1).sum().div(new Scalar(denominator));
    return new Loss(
        cross.mul(new Scalar(1 - share)).add(apart, new Scalar(share)),
        List.of(
            new Loss.Term("cross_entropy", cross.detach()),
            new Loss.Term("divergence", apart.detach())));
  }
}
