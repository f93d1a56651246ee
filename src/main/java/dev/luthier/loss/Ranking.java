package dev.luthier.loss;

import dev.luthier.doc.Doc;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** How a ranking of several answers becomes margins. Letters: B rankings, K the most answers. */
@Doc("How a ranking of several answers becomes margins")
public sealed interface Ranking permits AllPairs, PlackettLuce {
  /**
   * (B) the loss of every ranking.
   *
   * @param scores (B, K) the rewards of the answers
   * @param ranks (B, K) int64: 1 is best, 0 stands where there is no answer
   * @param f what a margin costs
   * @throws dev.luthier.error.UserError if it knows no ties and there is one
   */
  Tensor of(Tensor scores, Tensor ranks, UnaryOperator<Tensor> f);
}
