package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * How far a better grade has to lead: the offset of ODPO (Amini et al. 2024,
 * https://arxiv.org/abs/2402.10571, section 3), Delta = alpha s(g_w - g_l) with an increasing s.
 */
@Doc("How far apart grades are asks for how much margin (ODPO, arXiv 2402.10571)")
public record Offset(
    @Doc("What the difference of grades is multiplied with; 0 asks for none") @Default("1")
        double alpha,
    @Doc("The difference itself, or its logarithm, which is below 0 for differences under 1")
        @Default("linear")
        Scale scale) {
  /** The difference of grades itself. */
  public static final Offset USUAL = new Offset(1, Scale.LINEAR);

  /** s. */
  public enum Scale {
    LINEAR,
    LOG
  }

  public Offset {
    Check.atLeast("offset.alpha", 0.0, alpha);
  }

  /**
   * Delta, in the shape of the differences.
   *
   * @param differences of grades, > 0
   */
  public Tensor of(Tensor differences) {
    Tensor scaled = scale == Scale.LOG ? differences.log() : differences;
    return scaled.mul(Ops.scalar(alpha));
  }
}
