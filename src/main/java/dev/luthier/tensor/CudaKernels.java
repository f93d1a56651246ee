package dev.luthier.tensor;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@link Kernels} and {@link Unpacker} on an NVIDIA GPU, one launch each: fused.cu beside this. */
final class CudaKernels implements Kernels, Unpacker {
  private static final int ROW = 256; // threads of a block that has one row
  private static final int WIDE_ROW = 1024;

  private final CudaModule module;
  private final CudaStepKernels step;

  CudaKernels(CudaModule module) {
    this.module = module;
    this.step = new CudaStepKernels(module, new PlainKernels().step());
  }

  private static String named(String kernel, Tensor of) {
    return kernel + (of.scalar_type().intern() == ScalarType.BFloat16 ? "_bf16" : "_f32");
  }

  private static Tensor empty(Tensor like, long... shape) {
    return torch.empty(shape, like.options(), new MemoryFormatOptional());
  }

  /** Eight values of a thread, 256 threads of a block. */
  private static long blocks(long values) {
    return (values / 8 + ROW - 1) / ROW;
  }

  @Override
  public void rmsNorm(Tensor x, Tensor w, double eps, Tensor out, Tensor scale) {
    module.launch(
        named("rms_norm", x),
        x.size(0),
        ROW,
        x,
        w,
        out,
        scale,
        x.size(1),
        out.stride(0),
        (float) eps);
  }

  @Override
  public Tensor rmsNormBack(Tensor g, Tensor x, Tensor w, Tensor scale, Tensor residual) {
    Tensor out = empty(x, x.size(0), x.size(1));
    module.launch(
        named("rms_norm_back", x),
        x.size(0),
        ROW,
        g,
        x,
        w,
        scale,
        residual,
        out,
        x.size(1),
        g.stride(0));
    return out;
  }

  @Override
  public void rotate(Tensor heads, Tensor cos, Tensor sin) {
    long part = cos.size(2);
    module.launch(
        named("rotate", heads),
        blocks(heads.size(0) * heads.size(1) * part / 2),
        ROW,
        heads,
        cos,
        sin,
        heads.size(0),
        heads.size(1),
        heads.size(2),
        part,
        heads.stride(0));
  }

  @Override
  public Tensor rotateBack(Tensor q, Tensor k, Tensor v, Tensor cos, Tensor sin) {
    long heads = q.size(1) + 2 * k.size(1);
    Tensor out = empty(q, q.size(0), heads * q.size(2));
    module.launch(
        named("rotate_back", q),
        blocks(out.numel()),
        ROW,
        q,
        k,
        v,
        cos,
        sin,
        out,
        q.size(0),
        q.size(1),
        k.size(1),
        q.size(2),
        cos.size(2),
        q.stride(0),
        q.stride(1),
        k.stride(0),
        k.stride(1),
        v.stride(0),
        v.stride(1));
    return out;
  }

  @Override
  public void swiglu(Tensor both, Tensor out) {
    long inner = both.size(1) / 2;
    module.launch(
        named("swiglu", both),
        blocks(both.size(0) * inner),
        ROW,
        both,
        out,
        both.size(0),
        inner,
        out.stride(0));
  }

  @Override
  public void swigluBack(Tensor both, Tensor gradient) {
    long inner = both.size(1) / 2;
    module.launch(
        named("swiglu_back", both),
        blocks(both.size(0) * inner),
        ROW,
        both,
        gradient,
        both.size(0),
        inner,
        gradient.stride(0));
  }

  @Override
  public Tensor crossEntropy(Tensor scores, Tensor targets, double factor) {
    Tensor losses =
        torch.zeros(
            new long[] {scores.size(0)},
            scores.options().dtype(new ScalarTypeOptional(ScalarType.Float)));
    module.launch(
        named("cross_entropy", scores),
        scores.size(0),
        WIDE_ROW,
        scores,
        targets,
        losses,
        scores.size(1),
        (float) factor);
    return losses;
  }

  @Override
  public void pairs(Tensor bytes, Tensor pairs, Tensor scales, long block, Tensor out) {
    unpack("unpack_pairs", bytes, pairs, scales, block, out);
  }

  @Override
  public void bytes(Tensor bytes, Tensor values, Tensor scales, long block, Tensor out) {
    unpack("unpack_bytes", bytes, values, scales, block, out);
  }

  private void unpack(
      String kernel, Tensor bytes, Tensor values, Tensor scales, long block, Tensor out) {
    module.launch(
        named(kernel, out),
        blocks(out.numel() + 7),
        ROW,
        bytes,
        values,
        scales,
        out,
        out.numel(),
        out.size(1),
        out.stride(0),
        (long) Long.numberOfTrailingZeros(block));
  }

  @Override
  public CudaStepKernels step() {
    return step;
  }
}
