package dev.luthier.tensor;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link StepKernels} and {@link Drawing} on an NVIDIA GPU, one launch each: step.cu beside this.
 */
final class CudaStepKernels implements StepKernels, Drawing {
  private static final int BLOCK = 256;
  private static final int ROW = 1024; // threads of a block that has one row of scores
  private static final long WARP = 32;
  private static final long HEADS = 4; // query heads that a block of threads has at most
  private static final long EIGHT = 8; // neighbouring values that a thread has

  private final CudaModule module;
  private final StepKernels plain;

  /**
   * @param plain for heads that threads cannot be laid over
   */
  CudaStepKernels(CudaModule module, StepKernels plain) {
    this.module = module;
    this.plain = plain;
  }

  private static String named(String kernel, Tensor of) {
    return kernel + (of.scalar_type().intern() == ScalarType.BFloat16 ? "_bf16" : "_f32");
  }

  @Override
  public void append(Tensor heads, Tensor cos, Tensor sin, Cached cache) {
    long groups = cache.keys().size(1);
    long width = heads.size(2);
    long threads = heads.size(0) * heads.size(1) * width / (2 * EIGHT);
    module.launch(
        named("append", heads),
        (threads + BLOCK - 1) / BLOCK,
        BLOCK,
        heads,
        cos,
        sin,
        cache.lengths(),
        cache.keys(),
        cache.values(),
        heads.size(0),
        heads.size(1) - 2 * groups,
        groups,
        width,
        cos.size(1),
        cache.keys().size(2));
  }

  @Override
  public void attend(Tensor heads, Cached cache, double scale, long window, Tensor out) {
    long width = heads.size(2);
    if (width % EIGHT != 0 || WARP % (width / EIGHT) != 0) {
      plain.attend(heads, cache, scale, window, out);
      return;
    }
    long groups = cache.keys().size(1);
    long queries = heads.size(1) - 2 * groups;
    long shares = (queries / groups + HEADS - 1) / HEADS;
    module.launch(
        named("attend", heads),
        heads.size(0) * groups * shares,
        BLOCK,
        heads,
        cache.keys(),
        cache.values(),
        cache.lengths(),
        out,
        queries,
        groups,
        width,
        cache.keys().size(2),
        (float) scale,
        window,
        out.stride(0));
  }

  @Override
  public Tensor draw(Tensor scores, Tensor uniforms, double temperature) {
    Tensor out =
        torch.empty(new long[] {scores.size(0), 3}, uniforms.options(), new MemoryFormatOptional());
    module.launch(
        "draw", scores.size(0), ROW, scores, uniforms, out, scores.size(1), (float) temperature);
    return out;
  }
}
