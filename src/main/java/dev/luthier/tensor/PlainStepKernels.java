package dev.luthier.tensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** {@link StepKernels} in libtorch's own operations: what the fused ones must equal. */
final class PlainStepKernels implements StepKernels {
  private final PlainKernels plain;

  PlainStepKernels(PlainKernels plain) {
    this.plain = plain;
  }

  @Override
  public void append(Tensor heads, Tensor cos, Tensor sin, Cached cache) {
    long groups = cache.keys().size(1);
    long queries = heads.size(1) - 2 * groups;
    Tensor at = cache.lengths();
    plain.rotate(
        heads.narrow(1, 0, queries + groups),
        cos.index_select(0, at).unsqueeze(1),
        sin.index_select(0, at).unsqueeze(1));
    Tensor cells = cells(cache);
    write(cache.keys(), cells, heads.narrow(1, queries, groups));
    write(cache.values(), cells, heads.narrow(1, queries + groups, groups));
  }

  /** The rows of (rows G P, D) that the new keys go to, (R G). */
  private static Tensor cells(Cached cache) {
    long groups = cache.keys().size(1);
    long rows = cache.lengths().size(0);
    Tensor first =
        torch
            .arange(new Scalar(rows * groups), cache.lengths().options())
            .mul(new Scalar(cache.keys().size(2))); // (R G)
    return first.view(rows, groups).add(cache.lengths().unsqueeze(1)).view(-1);
  }

  private static void write(Tensor cache, Tensor cells, Tensor heads) {
    long width = cache.size(3);
    cache.view(-1, width).index_copy_(0, cells, heads.reshape(-1, width));
  }

  @Override
  public void attend(Tensor heads, Cached cache, double scale, long window, Tensor out) {
    long groups = cache.keys().size(1);
    long queries = heads.size(1) - 2 * groups;
    Tensor at = cache.lengths().view(-1, 1, 1, 1);
    Tensor places =
        torch.arange(new Scalar(cache.seen()), cache.lengths().options()).view(1, 1, 1, -1);
    Tensor visible = places.le(at); // (R, 1, 1, S)
    if (window < cache.seen()) {
      visible = visible.logical_and(places.gt(at.sub(new Scalar(window))));
    }
    Tensor y =
        torch.scaled_dot_product_attention(
            heads.narrow(1, 0, queries).unsqueeze(2), // (R, A, 1, D)
            held(cache.keys(), cache),
            held(cache.values(), cache),
            new TensorOptional(visible),
            0,
            false,
            new DoubleOptional(scale),
            queries != groups);
    out.copy_(y.reshape(out.size(0), out.size(1)));
  }

  /** (R, G, S, D). */
  private static Tensor held(Tensor whole, Cached cache) {
    return whole.narrow(0, 0, cache.lengths().size(0)).narrow(2, 0, cache.seen());
  }
}
