package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Alignment via Optimal Transport, paired (Melnyk et al. 2024, https://arxiv.org/abs/2406.05882):
 * not each pair but the distribution of all is to move. The policy's margins, sorted, are compared
 * with the reference's margins, sorted:
 *
 * <pre>
 * m = sort(log pi(y_w) - log pi(y_l)),  m_ref = sort(log pi_ref(y_w) - log pi_ref(y_l))
 * L_i = DPO's loss of u_i = beta (m_i - m_ref,i)
 * </pre>
 *
 * So it is no sum over pairs: it needs the whole step at once, its i-th loss is that of a place in
 * the order, and probabilities or margins of single pairs have no place. Equal to TRL's aot.
 */
@Doc("Optimal transport: the sorted margins of a step against the reference's (arXiv 2406.05882)")
public record Aot(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc("The share of pairs that are labelled the wrong way round") @Default("0")
        double labelSmoothing)
    implements PairLoss {
  public Aot {
    Check.above("aot.beta", 0, beta);
    Check.below("aot.label_smoothing", 0, 0.5, labelSmoothing);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs, PairLabels labels) {
    labels.refuseMargin("aot");
    labels.refuseProbability("aot");
    Logps chosen = pairs.chosen();
    Tensor ratios = chosen.ratios().sub(pairs.rejected().ratios()); // (P) m - m_ref, pair by pair
    Tensor margins = chosen.policy().sub(pairs.rejected().policy()); // (P) m
    Tensor references = margins.sub(ratios).detach(); // (P) m_ref
    Tensor u = sorted(margins).sub(sorted(references)).mul(Ops.scalar(beta));
    return new Dpo(beta, labelSmoothing).at(u);
  }

  /** Ascending, (P). */
  static Tensor sorted(Tensor values) {
    return values.sort(0, false).get0();
  }

  @Override
  public boolean takesProbabilities() {
    return false;
  }

  @Override
  public boolean wholeStep() {
    return true;
  }
}
