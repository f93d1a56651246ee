package dev.luthier.loss;

import dev.luthier.doc.Doc;
import org.bytedeco.pytorch.Tensor;

/**
 * Supervised fine-tuning on the chosen answer as one part of a {@link Mixture}: -log pi(y_w | x) /
 * |y_w|, as in RPO (Pang et al. 2024, https://arxiv.org/abs/2404.19733, eq. 1). It keeps the chosen
 * answer from becoming rarer while its margin grows. The mean is over tokens, then over pairs;
 * TRL's rpo_alpha and sft take it over all tokens at once.
 */
@Doc(
    value = "The chosen answer is to be likely: the term that RPO adds (arXiv 2404.19733)",
    elsewhere = {"sft", "rpo"})
public record Nll() implements OrderLoss {
  @Override
  public String name() {
    return "nll";
  }

  /** The mean log-probability of the answer's tokens. */
  @Override
  public Tensor reward(Logps answers) {
    return answers.means();
  }

  @Override
  public Tensor of(PairLogps pairs) {
    return pairs.chosen().means().neg();
  }

  @Override
  public boolean reference() {
    return false;
  }
}
