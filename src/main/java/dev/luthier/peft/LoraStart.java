package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Where the factors of LoRA begin at a linear map. */
public enum LoraStart {
  /** A uniform in +-1/sqrt(in), which is Kaiming's with a = sqrt(5); B zero. PEFT's default. */
  KAIMING(LoraStart::kaiming, false),
  /** A normal, as in Hu et al. 2021, with deviation 1/r, as in PEFT; B zero. */
  GAUSSIAN(LoraStart::gaussian, false),
  /** Both random, on halves of an orthogonal basis of rank r, so that B A = 0. */
  ORTHOGONAL(LoraStart::orthogonal, false),
  /**
   * PiSSA (Meng et al. 2024, https://arxiv.org/abs/2404.02948): the principal singular vectors of
   * W, which the frozen rest of W then lacks (eq. 2 to 4).
   */
  PISSA(LoraStart::pissa, true),
  /** OLoRA (Buyukakyuz 2024, https://arxiv.org/abs/2406.01775): the first r of W = Q R. */
  OLORA(LoraStart::olora, true);

  /**
   * @param down A (r, in)
   * @param up B (out, r)
   */
  record Drawn(Tensor down, Tensor up) {}

  private interface Rule {
    Drawn draw(Linear base, int r, double scale);
  }

  private final Rule rule;
  private final boolean takenOff;

  LoraStart(Rule rule, boolean takenOff) {
    this.rule = rule;
    this.takenOff = takenOff;
  }

  /**
   * Whether s B A is not zero at first and has to come off the loaded weights. They are not written
   * to: {@link Factors} subtracts it.
   */
  boolean takenOff() {
    return takenOff;
  }

  /**
   * Draws with torch's generator, which the caller has seeded.
   *
   * @throws UserError if the rank does not suit the start
   */
  Drawn draw(Linear base, int r, double scale, Compute compute) {
    Drawn drawn = rule.draw(base, r, scale);
    return new Drawn(placed(drawn.down(), compute), placed(drawn.up(), compute));
  }

  private static Tensor placed(Tensor t, Compute compute) {
    return t.to(compute.torchDevice(), ScalarType.Float).contiguous();
  }

  private static Drawn kaiming(Linear base, int r, double scale) {
    double bound = 1 / Math.sqrt(base.in());
    Tensor down = torch.empty(r, base.in()).uniform_(-bound, bound, new GeneratorOptional());
    return new Drawn(down, torch.zeros(base.out(), r));
  }

  private static Drawn gaussian(Linear base, int r, double scale) {
    Tensor down = torch.randn(r, base.in()).div(Ops.scalar(r));
    return new Drawn(down, torch.zeros(base.out(), r));
  }

  private static Drawn orthogonal(Linear base, int r, double scale) {
    if (r % 2 != 0) {
      throw new UserError("lora.rank must be even for lora.start orthogonal, was " + r);
    }
    int half = r / 2;
    Tensor basis = torch.linalg_qr(torch.randn(r, r)).get0().view(half, 2, r);
    Tensor even = basis.select(1, 0); // (r/2, r)
    Tensor odd = basis.select(1, 1);
    Tensor down = even.t().mm(torch.randn(half, base.in())).div(Ops.scalar(10)); // as PEFT
    Tensor up = torch.randn(base.out(), half).mm(odd).div(Ops.scalar(10));
    return new Drawn(down, up);
  }

  /** A = sqrt(S / s) V^T, B = U sqrt(S / s) (eq. 2, 3); the scale is PEFT's. */
  private static Drawn pissa(Linear base, int r, double scale) {
    Tensor w = whole(base, r, "pissa");
    T_TensorTensorTensor_T svd = torch.linalg_svd(w, false, new StringViewOptional());
    Tensor root = svd.get1().narrow(0, 0, r).div(Ops.scalar(scale)).sqrt(); // (r)
    Tensor down = svd.get2().narrow(0, 0, r).mul(root.unsqueeze(1));
    Tensor up = svd.get0().narrow(1, 0, r).mul(root);
    return new Drawn(down, up);
  }

  private static Drawn olora(Linear base, int r, double scale) {
    T_TensorTensor_T qr = torch.linalg_qr(whole(base, r, "olora"));
    return new Drawn(qr.get1().narrow(0, 0, r), qr.get0().narrow(1, 0, r));
  }

  /** W (out, in) in float32, if it has the rank. */
  private static Tensor whole(Linear base, int r, String name) {
    long most = Math.min(base.in(), base.out());
    if (r > most) {
      throw new UserError(
          "lora.rank must be <= %d for lora.start %s at a map of %d to %d, was %d"
              .formatted(most, name, base.in(), base.out(), r));
    }
    return base.matrix().to(ScalarType.Float);
  }
}
