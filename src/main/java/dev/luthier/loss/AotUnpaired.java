package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Alignment via Optimal Transport, unpaired (Melnyk et al. 2024, https://arxiv.org/abs/2406.05882):
 * the rewards of all chosen answers, sorted, against those of all rejected ones, sorted:
 *
 * <pre>
 * L_i = DPO's loss of u_i = sort(r(y_w))_i - sort(r(y_l))_i,  r = beta h
 * </pre>
 *
 * Which answers belong to one prompt does not count. For the rest see {@link Aot}. Equal to TRL's
 * aot_unpaired (formerly aot_pair).
 */
@Doc(
    value =
        "Optimal transport: sorted chosen rewards against sorted rejected ones (arXiv 2406.05882)",
    elsewhere = {"aot_pair"})
public record AotUnpaired(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc("The share of answers that are labelled the wrong way round") @Default("0")
        double labelSmoothing)
    implements PairLoss {
  public AotUnpaired {
    Check.above("aot_unpaired.beta", 0, beta);
    Check.below("aot_unpaired.label_smoothing", 0, 0.5, labelSmoothing);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs, PairLabels labels) {
    labels.refuseMargin("aot_unpaired");
    labels.refuseProbability("aot_unpaired");
    Tensor chosen = Aot.sorted(reward(pairs.chosen())); // (P)
    Tensor rejected = Aot.sorted(reward(pairs.rejected())); // (P)
    return new Dpo(beta, labelSmoothing).at(chosen.sub(rejected));
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
