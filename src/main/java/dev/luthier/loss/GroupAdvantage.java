package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * The advantage of whole answers by the rewards of others, without a value model:
 *
 * <pre>
 * A_i = (r_i - baseline_i) / (deviation + 1e-4)
 * </pre>
 *
 * <ul>
 *   <li>GRPO (https://arxiv.org/abs/2402.03300, section 4.1.2): baseline group, scale group.
 *   <li>Dr. GRPO (https://arxiv.org/abs/2503.20783): baseline group, scale none.
 *   <li>RLOO (https://arxiv.org/abs/2402.14740): baseline leave-one-out, scale none.
 *   <li>REINFORCE++ (Hu 2025, https://arxiv.org/abs/2501.03262): baseline batch, scale batch; its
 *       variant with a group's baseline: baseline group, scale advantages. With the KL in tokens'
 *       rewards it is {@link ReturnToGo}.
 * </ul>
 *
 * A group whose rewards are all equal has no advantage at all, to the last bit, where the baseline
 * is the group's. Deviations are those of n - 1, as in TRL.
 */
@Doc("The advantage of answers over others, without a value model")
public record GroupAdvantage(
    @Doc("What a reward is compared with") @Default("group") Baseline baseline,
    @Doc("What advantages are divided by") @Default("group") ScaleRewards scaleRewards) {
  /**
   * The advantages of answers.
   *
   * @param rewards (N)
   * @param groups (N) to G: whose prompt each answer belongs to
   */
  public Advantages of(Tensor rewards, Segments groups) {
    Tensor highest = groups.largest(rewards); // (G)
    Tensor lowest = groups.largest(rewards.neg()).neg(); // (G)
    Tensor flat = highest.eq(lowest); // (G)
    Tensor centred = rewards.sub(baseline.of(rewards, groups)); // (N)
    if (baseline.inGroups()) {
      centred = centred.masked_fill(groups.spread(flat), Ops.scalar(0));
    }
    Tensor values = scaleRewards.of(rewards, centred, groups); // (N)
    return new Advantages(values.detach(), flat.to(rewards.scalar_type()));
  }
}
