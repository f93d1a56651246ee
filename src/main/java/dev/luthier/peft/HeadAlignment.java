package dev.luthier.peft;

import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Turns the heads of each group so that they lie alike on what the model said of some texts:
 * Procrustes' problem for several at once (Gower 1975), as Jin et al. 2024
 * (https://arxiv.org/abs/2412.20677, section 3.2) use it before heads are merged. It makes
 * sum_{a,b} s_a s_b tr(R_a S_ab R_b^T) as large as turning can, so the mean of the turned heads is
 * as near to all of them as it can be. Here a head is turned to the mean of all others, round after
 * round, and not once to a single one.
 *
 * <p>Letters: M heads of a group, D width of a head, S_ab sum over tokens of x_a x_b^T, C = sum_b
 * s_b S_ab R_b^T.
 */
public record HeadAlignment() implements HeadFit {
  private static final int ROUNDS = 50;
  private static final double ENOUGH = 1e-7;

  /** E_a = s_a R_a, B_a = R_a^T. */
  @Override
  public List<HeadTurns.Turn> of(MergedHeads heads, Kind kind, Layer layer) {
    Freedom free = kind == Kind.VALUE ? new Freedom(0, false) : Freedom.ofKeys(layer);
    List<HeadTurns.Turn> turns = new ArrayList<>();
    turns.add(turn(heads, 0, torch.eye(heads.width(), heads.sums().options())));
    for (int a = 1; a < heads.count(); a++) { // where to begin: each like the first
      turns.add(turn(heads, a, free.best(heads.product(a, 0))));
    }
    double before = heads.squares(turns);
    for (int round = 0; round < ROUNDS; round++) {
      for (int a = 1; a < heads.count(); a++) { // the first lies as it does: one must
        turns.set(a, turn(heads, a, free.best(others(heads, a, turns))));
      }
      double now = heads.squares(turns);
      if (now - before <= ENOUGH * now) {
        break;
      }
      before = now;
    }
    return turns;
  }

  private static HeadTurns.Turn turn(MergedHeads heads, int head, Tensor r) {
    return new HeadTurns.Turn(r.mul(new Scalar(heads.share(head))), r.t());
  }

  /** C: sum over b other than a of s_b S_ab R_b^T. */
  private static Tensor others(MergedHeads heads, int a, List<HeadTurns.Turn> turns) {
    Tensor sum = torch.zeros_like(heads.product(a, a));
    for (int b = 0; b < heads.count(); b++) {
      if (b != a) {
        sum.add_(heads.product(a, b).mm(turns.get(b).there().t()));
      }
    }
    return sum;
  }

  /**
   * How a head may be turned so that queries can be turned alike. Positions turn the numbers i and
   * i + turned / 2 of a head together, each pair at its own speed; what commutes with that turns
   * each pair in its plane (it may not mirror it, nor exchange pairs). Behind a norm with weights
   * of its own for each number only signs are left. Values are free.
   *
   * @param turned numbers of a head that positions turn
   * @param signs whether a norm comes behind
   */
  record Freedom(int turned, boolean signs) {
    static Freedom ofKeys(Layer layer) {
      return new Freedom(layer.turned(), layer.normed());
    }

    /** The allowed R (D, D) with the largest tr(R C). */
    Tensor best(Tensor c) {
      long rest = c.size(0) - turned;
      if (turned == 0) {
        return free(c);
      }
      Tensor pairs = pairs(c.narrow(0, 0, turned).narrow(1, 0, turned));
      return rest == 0
          ? pairs
          : torch.block_diag(
              new TensorVector(pairs, free(c.narrow(0, turned, rest).narrow(1, turned, rest))));
    }

    /** R = V U^T of C = U S V^T (Schoenemann 1966), or the signs of C's diagonal. */
    private Tensor free(Tensor c) {
      if (signs) {
        return torch.diag(sign(c.diagonal()));
      }
      T_TensorTensorTensor_T svd = torch.linalg_svd(c, false, new StringViewOptional());
      return svd.get0().mm(svd.get2()).t();
    }

    /** Angles phi = atan2(C01 - C10, C00 + C11) of every pair; behind a norm 0 or pi. */
    private Tensor pairs(Tensor c) {
      long half = turned / 2;
      Tensor both = c.diagonal();
      Tensor x = both.narrow(0, 0, half).add(both.narrow(0, half, half));
      Tensor y = c.diagonal(half, 0, 1).sub(c.diagonal(-half, 0, 1));
      Tensor phi = torch.atan2(y, x);
      Tensor cos = torch.diag(signs ? sign(x) : phi.cos());
      Tensor sin = torch.diag(signs ? torch.zeros_like(x) : phi.sin());
      return Ops.cat(0, Ops.cat(1, cos, sin.neg()), Ops.cat(1, sin, cos));
    }

    private static Tensor sign(Tensor x) { // 1 where 0
      return x.ge(new Scalar(0)).to(x.scalar_type()).mul(new Scalar(2)).sub(new Scalar(1));
    }
  }
}
