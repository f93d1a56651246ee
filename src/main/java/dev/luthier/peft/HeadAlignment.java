package dev.luthier.peft;

import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Turns the heads of each group so that they lie alike on what the model said of some texts:
 * Procrustes' problem for several at once (Gower 1975), as Jin et al. 2024
 * (https://arxiv.org/abs/2412.20677, section 3.2) use it before heads are merged. It makes sum_{a,b}
 * s_a s_b tr(R_a S_ab R_b^T) as large as turning can, so the mean of the turned heads is as near to
 * all of them as it can be. Here a head is turned to the mean of all others, round after round, and
 * not once to a single one.
 *
 * <p>Letters: M heads of a group, D width of a head, S_ab sum over tokens of x_a x_b^T, C = sum_b
 * s_b S_ab R_b^T.
 */
public final class HeadAlignment {
  private static final int ROUNDS = 50;
  private static final double ENOUGH = 1e-7;

  private HeadAlignment() {}

  /**
   * @param turns what was found
   * @param keys how much of the keys' squares their mean keeps, as they lie and turned
   * @param values the same of values
   */
  public record Found(HeadTurns turns, Kept keys, Kept values) {}

  /** Shares of 1. */
  public record Kept(double before, double after) {}

  /** From what was seen on texts. */
  public static Found of(HeadMoments seen) {
    Map<HeadTurns.At, Tensor> out = new HashMap<>();
    Map<Kind, double[]> squares = Map.of(Kind.KEY, new double[3], Kind.VALUE, new double[3]);
    seen.sums()
        .forEach(
            (of, sum) -> {
              try (Scope scope = new Scope()) {
                Layer layer = seen.places().layers().get(of.layer());
                List<HeadGroups.Source> sources = seen.groups().sources(of.group());
                Freedom free =
                    of.kind() == Kind.VALUE ? new Freedom(0, false) : Freedom.ofKeys(layer);
                Group group = new Group(sum, sources, seen.places().width());
                double[] total = squares.get(of.kind());
                List<Tensor> turns = group.identity();
                total[0] += group.square(turns);
                group.align(turns, free);
                total[1] += group.square(turns);
                total[2] += group.all();
                for (int a = 0; a < turns.size(); a++) {
                  HeadTurns.At at =
                      new HeadTurns.At(of.layer(), of.kind(), of.group(), sources.get(a).head());
                  out.put(at, scope.keep(turns.get(a).to(ScalarType.Float)));
                }
              }
            });
    return new Found(new HeadTurns(out), kept(squares.get(Kind.KEY)), kept(squares.get(Kind.VALUE)));
  }

  private static Kept kept(double[] squares) {
    return new Kept(squares[0] / squares[2], squares[1] / squares[2]);
  }

  /**
   * How a head may be turned so that queries can be turned alike. Positions turn the numbers i and
   * i + turned / 2 of a head together, each pair at its own speed; what commutes with that turns
   * each pair in its plane (it may not mirror it, nor exchange pairs). Behind a norm with weights of
   * its own for each number only signs are left. Values are free.
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
              new TensorVector(
                  pairs, free(c.narrow(0, turned, rest).narrow(1, turned, rest))));
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

  /** Heads that become one. */
  private record Group(Tensor sums, List<HeadGroups.Source> sources, long width) {
    List<Tensor> identity() {
      List<Tensor> out = new ArrayList<>();
      for (int a = 0; a < sources.size(); a++) {
        out.add(torch.eye(width, sums.options()));
      }
      return out;
    }

    /** S_ab. */
    private Tensor of(int a, int b) {
      return sums.narrow(0, a * width, width).narrow(1, b * width, width);
    }

    /** Each round turns one head after the other to the mean of the others, as they lie by then. */
    void align(List<Tensor> turns, Freedom free) {
      for (int a = 1; a < turns.size(); a++) {
        turns.set(a, free.best(of(a, 0))); // where to begin: each like the first
      }
      double before = square(turns);
      for (int round = 0; round < ROUNDS; round++) {
        for (int a = 1; a < turns.size(); a++) { // the first lies as it does: one must
          turns.set(a, free.best(others(a, turns)));
        }
        double now = square(turns);
        if (now - before <= ENOUGH * now) {
          return;
        }
        before = now;
      }
    }

    /** sum over b other than a of s_b S_ab R_b^T. */
    private Tensor others(int a, List<Tensor> turns) {
      Tensor sum = torch.zeros_like(of(a, a));
      for (int b = 0; b < turns.size(); b++) {
        if (b != a) {
          sum.add_(of(a, b).mm(turns.get(b).t()), new Scalar(sources.get(b).share()));
        }
      }
      return sum;
    }

    /** The squares of the mean of the turned heads: sum_{a,b} s_a s_b tr(R_a S_ab R_b^T). */
    double square(List<Tensor> turns) {
      double out = 0;
      for (int a = 0; a < turns.size(); a++) {
        for (int b = 0; b < turns.size(); b++) {
          double trace = turns.get(a).mm(of(a, b)).mul(turns.get(b)).sum().item_double();
          out += sources.get(a).share() * sources.get(b).share() * trace;
        }
      }
      return out;
    }

    /** sum_a s_a tr(S_aa). */
    double all() {
      double out = 0;
      for (int a = 0; a < sources.size(); a++) {
        out += sources.get(a).share() * of(a, a).trace().item_double();
      }
      return out;
    }
  }
}
