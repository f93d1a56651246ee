package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Generalised preference optimisation (Tang et al. 2024, https://arxiv.org/abs/2402.05749, eq. 5):
 *
 * <pre>
 * L = E[f(beta (h(y_w) - h(y_l)))]
 * </pre>
 *
 * for any convex f, without a model of how preferences come about. Here it takes every form of
 * judgement: pairs, soft labels and margins (see {@link MarginLoss}); rankings, by all their pairs
 * or stage by stage; grades, each pair offset by how far its grades are apart; and answers without
 * a pair, measured from KTO's z_0 (see {@link LabelledLoss}).
 *
 * <p>It is {@link Dpo} with f logistic, {@link Hinge} with f hinge, {@link Ipo} of beta b with f
 * squared, beta 2 b and a factor 1 / (4 b^2), and {@link Kto} with f sigmoid.
 */
@Doc("Generalised preference optimisation: any convex function of the margin (arXiv 2402.05749)")
public record Gpo(
    @Doc("What a margin costs") @Default("logistic") Convex f,
    @Doc("What log-ratios are multiplied with before f") @Default("0.1") double beta,
    @Doc("Log-ratios of whole answers or per token") @Default("answer") Per per,
    @Doc("The divergence that holds the policy to the reference") @Default("reverse_kl")
        Divergence divergence,
    @Doc("What a ranking of several answers asks for") @Default("all_pairs") Ranking ranking,
    @Doc("What a difference of grades asks for") @Default("{}") Offset offset,
    @Doc("What a good answer without a pair counts") @Default("1") double desirableWeight,
    @Doc("What a bad answer without a pair counts") @Default("1") double undesirableWeight)
    implements MarginLoss, LabelledLoss {
  public Gpo {
    Check.above("gpo.beta", 0, beta);
    Check.above("gpo.desirable_weight", 0, desirableWeight);
    Check.above("gpo.undesirable_weight", 0, undesirableWeight);
  }

  /** All else at its default. */
  public Gpo(Convex f, double beta) {
    this(f, beta, Per.ANSWER, new Divergence.ReverseKl(), new AllPairs(), Offset.USUAL, 1, 1);
  }

  /** Whether it says nothing of rankings and grades that is not usual. */
  public boolean plain() {
    return ranking instanceof AllPairs && offset.equals(Offset.USUAL);
  }

  @Override
  public Tensor reward(Logps answers) {
    Tensor scores = divergence.derivative(answers.ratios());
    return per.of(scores, answers).mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    return f.of(u);
  }

  /**
   * (B) the loss of every ranking.
   *
   * @param answers (B, K)
   * @param ranks (B, K) int64: 1 is best, 0 stands where there is no answer
   */
  public Tensor ofRanking(Logps answers, Tensor ranks) {
    return ranking.of(reward(answers), ranks, f::of);
  }

  /**
   * The loss of a step's part of rankings, with what it logs.
   *
   * @param answers (B, K)
   * @param ranks (B, K) int64: 1 is best, 0 stands where there is no answer
   * @param denominator the rows of the step, over all its micro-batches
   */
  public Loss ofRankings(Logps answers, Tensor ranks, double denominator) {
    Tensor none = ranks.eq(Ops.whole(0)); // (B, K)
    Tensor worth = ranks.neg().to(ScalarType.Float).masked_fill(none, Ops.scalar(Double.NaN));
    return step(ofRanking(answers, ranks), answers, worth, denominator);
  }

  /**
   * The loss of a step's part of graded rows, with what it logs.
   *
   * @param answers (B, K)
   * @param grades (B, K), higher is better, NaN where there is no answer
   * @param denominator the rows of the step, over all its micro-batches
   */
  public Loss ofGrades(Logps answers, Tensor grades, double denominator) {
    return step(ofGrades(answers, grades), answers, grades, denominator);
  }

  private Loss step(Tensor each, Logps answers, Tensor worth, double denominator) {
    return new Loss(
        each.sum().div(Ops.scalar(denominator)), OrderTerms.of(this, answers, worth, denominator));
  }

  /**
   * (B) the loss of answers with grades: all their pairs, each with an offset.
   *
   * @param answers (B, K)
   * @param grades (B, K), higher is better, NaN where there is no answer
   */
  public Tensor ofGrades(Logps answers, Tensor grades) {
    return new AllPairs().ofGrades(reward(answers), grades, offset, f::of);
  }
}
