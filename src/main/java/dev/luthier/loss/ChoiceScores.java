package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * How likely a model finds the answers that each row has to choose from. Letters: B rows, C the
 * most choices of a row, M the tokens of all choices, V vocabulary.
 *
 * @param written (B, C) sum over a choice's tokens of log p(y_t | x, y_{<t})
 * @param avoided (B, C) the same sum of log(1 - p(y_t | x, y_{<t}))
 * @param tokens (B, C) T, how many tokens a choice has; 0 where the row has fewer choices
 */
public record ChoiceScores(Tensor written, Tensor avoided, Tensor tokens) {

  /**
   * @param logits (M, V) float32, V at least 2
   * @param targets (M) int64, the tokens of the choices
   * @param owner (M) int64, which of the B C cells a token belongs to, counted row by row
   */
  public static ChoiceScores of(
      Tensor logits, Tensor targets, Tensor owner, long rows, long choices) {
    Tensor all = logits.log_softmax(1); // (M, V)
    Tensor at = targets.unsqueeze(1); // (M, 1)
    Tensor written = all.gather(1, at).squeeze(1); // (M) log p
    // log(1 - p) as the log of all other probabilities: exact also where p rounds to 1
    Tensor others = all.scatter(1, at, new Scalar(Double.NEGATIVE_INFINITY));
    Tensor avoided = others.logsumexp(1); // (M) log(1 - p)
    return new ChoiceScores(
        sums(written, owner, rows, choices),
        sums(avoided, owner, rows, choices),
        sums(torch.ones_like(written), owner, rows, choices));
  }

  private static Tensor sums(Tensor values, Tensor owner, long rows, long choices) {
    Tensor none = values.detach().new_zeros(rows * choices);
    return none.index_add(0, owner, values).view(rows, choices);
  }

  /** The mean log-probability of a choice's tokens, beta of T-Few, (B, C); -inf for no choice. */
  public Tensor means() {
    return real(written.div(tokens.clamp_min(Ops.scalar(1))));
  }

  /** The log-probability of whole choices, (B, C); -inf for no choice. */
  public Tensor sums() {
    return real(written);
  }

  private Tensor real(Tensor scores) {
    return scores.masked_fill(tokens.eq(Ops.scalar(0)), new Scalar(Double.NEGATIVE_INFINITY));
  }

  /** All in one, (3, B, C). */
  public Tensor stacked() {
    return torch.stack(new TensorVector(written, avoided, tokens), 0);
  }

  /**
   * @param stacked (3, B, C)
   */
  public static ChoiceScores of(Tensor stacked) {
    return new ChoiceScores(stacked.select(0, 0), stacked.select(0, 1), stacked.select(0, 2));
  }
}
