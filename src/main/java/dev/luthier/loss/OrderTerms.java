package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What is logged of rankings and grades: {@link PairTerms} of the best answer and the last, but
 * that an answer is right where it leads all others. Where several share the highest reward, as all
 * do at the reference, it is the share of them that are the best. With two answers it is {@link
 * PairTerms}. Letters: B rows, K the most answers.
 */
final class OrderTerms {
  private static final double NOTHING = -1e30; // below every reward
  private static final Set<String> OF_ALL = Set.of("accuracy", "logp_accuracy");

  private OrderTerms() {}

  /**
   * @param answers (B, K)
   * @param worth (B, K), higher is better, NaN where there is no answer
   * @param denominator the rows of the step, over all its micro-batches
   */
  static List<Loss.Term> of(Gpo loss, Logps answers, Tensor worth, double denominator) {
    try (AutoGradMode off = Ops.noGrad()) {
      Tensor none = torch.isnan(worth); // (B, K)
      Tensor low = worth.masked_fill(none, Ops.scalar(NOTHING));
      Tensor high = worth.masked_fill(none, Ops.scalar(-NOTHING));
      PairLogps ends =
          new PairLogps(
              at(answers, low.argmax(new LongOptional(1), true)),
              at(answers, high.argmin(new LongOptional(1), true)));
      Stream<Loss.Term> pairs =
          PairTerms.terms(loss, ends, PairLabels.PLAIN, denominator).stream()
              .filter(term -> !OF_ALL.contains(term.name()));
      Tensor best = low.eq(low.amax(new long[] {1}, true)); // (B, K)
      return Stream.concat(
              pairs,
              Stream.of(
                  right("accuracy", loss.reward(answers), best, none, denominator),
                  right("logp_accuracy", answers.means(), best, none, denominator)))
          .toList();
    }
  }

  /** Of the answers (B, K) that have the highest score, the share of the best. */
  private static Loss.Term right(
      String name, Tensor scores, Tensor best, Tensor none, double denominator) {
    Tensor own = scores.detach().masked_fill(none, Ops.scalar(NOTHING));
    Tensor top = own.eq(own.amax(new long[] {1}, true)); // (B, K)
    Tensor share =
        top.logical_and(best).to(own.scalar_type()).sum(1L).div(top.to(own.scalar_type()).sum(1L));
    return new Loss.Term(name, share.sum().div(Ops.scalar(denominator)));
  }

  /** One answer of each row, (B). */
  private static Logps at(Logps answers, Tensor which) { // (B, 1)
    Tensor reference = answers.reference();
    return new Logps(
        answers.policy().gather(1, which).squeeze(1),
        answers.tokens().gather(1, which).squeeze(1),
        reference == null ? null : reference.gather(1, which).squeeze(1));
  }
}
