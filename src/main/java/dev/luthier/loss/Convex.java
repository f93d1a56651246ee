package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The function f of generalised preference optimisation: what a margin u costs. Each falls at 0, so
 * that the better answer is drawn upwards; how it goes on to the right says how far. See table 1 of
 * Tang et al. 2024 (https://arxiv.org/abs/2402.05749).
 */
@Doc("What a margin costs; all but savage and sigmoid are convex (arXiv 2402.05749, table 1)")
public sealed interface Convex
    permits Convex.Logistic,
        Convex.Squared,
        Convex.Hinge,
        Convex.Exponential,
        Convex.TruncatedQuadratic,
        Convex.Savage,
        Convex.Sigmoid,
        JavaFunction {
  /** f(u), of any shape. */
  Tensor of(Tensor u);

  /** log(1 + exp(-u)) */
  @Doc("log(1 + exp(-u)): DPO")
  record Logistic() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return torch.log_sigmoid(u).neg();
    }
  }

  /** (u - 1)^2 */
  @Doc("(u - 1)^2: IPO, whose beta is half of gpo's")
  record Squared() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return u.sub(Ops.scalar(1)).square();
    }
  }

  /** max(0, 1 - u) */
  @Doc("max(0, 1 - u): SLiC")
  record Hinge() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return lacking(u);
    }
  }

  /** exp(-u) */
  @Doc("exp(-u): lost pairs weigh more and more")
  record Exponential() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return u.neg().exp();
    }
  }

  /** max(0, 1 - u)^2 */
  @Doc("max(0, 1 - u)^2: as squared, but no pair is won by too much")
  record TruncatedQuadratic() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return lacking(u).square();
    }
  }

  /**
   * 1 / (1 + exp(u))^2 (Masnadi-Shirazi and Vasconcelos 2008). It is not convex: a pair that is
   * clearly lost is given up, which stands labels that are wrong. The optimum is the logistic
   * one's.
   */
  @Doc("1 / (1 + exp(u))^2, which is not convex: pairs that are clearly lost are given up")
  record Savage() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return u.neg().sigmoid().square();
    }
  }

  /** 1 - sigmoid(u), the value function of KTO. It is not convex either. */
  @Doc("1 / (1 + exp(u)), which is not convex: KTO's, for answers without a pair")
  record Sigmoid() implements Convex {
    @Override
    public Tensor of(Tensor u) {
      return u.neg().sigmoid();
    }
  }

  /** What u lacks to 1. */
  private static Tensor lacking(Tensor u) {
    return u.neg().add(Ops.scalar(1)).relu();
  }
}
