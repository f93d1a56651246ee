package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Sums of task vectors (Ilharco et al. 2023, arXiv 2212.04089), with what TIES (Yadav et al. 2023)
 * and DARE (Yu et al. 2023) do to them first. Equal to PEFT's utils/merge_utils.py. Letters: K
 * summands of one shape.
 *
 * @param kept which values of each summand count
 * @param elected which summands count for a value
 * @param density the share of the values that are kept
 */
record TaskArithmetic(Combination.Kept kept, Combination.Elected elected, double density) {
  /**
   * The sum of w_i t_i.
   *
   * @param weights w (K)
   */
  Tensor sum(List<Tensor> summands, double[] weights) {
    Tensor[] pruned = summands.stream().map(this::pruned).toArray(Tensor[]::new);
    Tensor all = torch.stack(new TensorVector(pruned), 0); // (K, ...)
    float[] floats = new float[weights.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) weights[i];
    }
    long[] wide = new long[(int) all.dim()];
    Arrays.fill(wide, 1);
    wide[0] = weights.length;
    Tensor w = Ops.floats(floats, Compute.CPU).to(all.scalar_type()).view(wide);
    if (elected == Combination.Elected.ALL) {
      return all.mul(w).sum(0);
    }
    Tensor agrees = agreeing(all); // (K, ...)
    Tensor count = agrees.sum(0).clamp_min(Ops.scalar(1));
    return all.mul(w).mul(agrees).sum(0).div(count); // Yadav et al. 2023
  }

  /** 1 where a summand's sign is that of all of them together, where zero counts as plus. */
  private static Tensor agreeing(Tensor all) {
    Tensor majority =
        all.sum(0).ge(Ops.scalar(0)).to(all.scalar_type()).mul(Ops.scalar(2)).sub(Ops.scalar(1));
    return all.sign().eq(majority).to(all.scalar_type());
  }

  private Tensor pruned(Tensor t) {
    return switch (kept) {
      case ALL -> t;
      case LARGEST -> largest(t);
      // DARE: what is left is made larger by as much as was dropped
      case RANDOM -> t.mul(torch.rand_like(t).lt(Ops.scalar(density))).div(Ops.scalar(density));
    };
  }

  /** The density n values that are largest by magnitude, zero elsewhere. */
  private Tensor largest(Tensor t) {
    if (density >= 1) {
      return t;
    }
    Tensor flat = t.reshape(-1);
    Tensor places = flat.abs().topk((long) (density * flat.numel())).get1();
    Tensor mask = torch.zeros_like(flat).index_fill(0, places, Ops.scalar(1));
    return flat.mul(mask).view_as(t);
  }
}
