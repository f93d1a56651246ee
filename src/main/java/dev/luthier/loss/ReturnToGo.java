package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import org.bytedeco.pytorch.Tensor;

/**
 * What a token was followed by: R_t = sum over s &gt;= t of gamma^(s-t) r_s. With the KL in the
 * rewards of tokens ({@link KlPenalty.InReward}) and {@link Whitening#FULL} over the batch these
 * are the advantages of REINFORCE++ (Hu 2025, https://arxiv.org/abs/2501.03262), which is PPO
 * without a value model.
 */
@Doc("The rewards that followed a token: REINFORCE++ when whitened (arXiv 2501.03262)")
public record ReturnToGo(
    @Doc("What a reward one token later is worth") @Default("1") double gamma) {
  public ReturnToGo {
    Check.within("return_to_go.gamma", 0, 1, gamma);
  }

  /**
   * (M)
   *
   * @param rewards (M)
   */
  public Tensor of(Tensor rewards, Segments answers) {
    return new Gae(gamma, 1)
        .of(rewards, rewards.detach().new_zeros(rewards.size(0)), answers)
        .advantages();
  }
}
