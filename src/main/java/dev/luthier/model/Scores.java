package dev.luthier.model;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import java.util.stream.Stream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * From queries, keys and values to what a token takes from those it sees. Letters: B sequences, A
 * query heads, G key and value heads, T queries, S keys, D width of a head.
 */
sealed interface Scores {
  /**
   * @param q (B, A, T, D)
   * @param k (B, G, S, D)
   * @param v (B, G, S, D)
   * @return (B, A, T, D)
   */
  Tensor mix(Tensor q, Tensor k, Tensor v, Layout layout, Sight sight);

  /** What all layers of its kind see beside queries, keys and values: computed once, now. */
  Stream<Tensor> shared(Layout layout, Sight sight);

  /** What the products of queries and keys are multiplied by. */
  double scale();

  /** softmax(q k^T scale) v behind a mask, whose numbers, where it holds such, are added. */
  static Tensor fused(Tensor q, Tensor k, Tensor v, Layout.Mask mask, double scale, double rate) {
    return scaled_dot_product_attention(
        q,
        k,
        v,
        mask.visible() == null ? new TensorOptional() : new TensorOptional(mask.visible()),
        rate,
        mask.causal(),
        new DoubleOptional(scale),
        q.size(1) != k.size(1));
  }

  /**
   * softmax(q k^T scale) v (Vaswani et al. 2017, eq. 1), in libtorch's fused kernels.
   *
   * @param rate the share of the weights that is dropped in training
   */
  record Dot(double scale, Dropout dropout, double rate) implements Scores {
    @Override
    public Stream<Tensor> shared(Layout layout, Sight sight) {
      layout.mask(sight);
      return Stream.of();
    }

    @Override
    public Tensor mix(Tensor q, Tensor k, Tensor v, Layout layout, Sight sight) {
      return fused(q, k, v, layout.mask(sight), scale, dropout.now(rate));
    }
  }

  /**
   * softmax(q k^T + b) v with what {@link RelativeBias} says as b (Raffel et al. 2020): the scores
   * are not scaled.
   */
  record Biased(RelativeBias bias, Dropout dropout, double rate) implements Scores {
    @Override
    public double scale() {
      return 1;
    }

    @Override
    public Stream<Tensor> shared(Layout layout, Sight sight) {
      return Stream.of(layout.bias(bias, sight));
    }

    @Override
    public Tensor mix(Tensor q, Tensor k, Tensor v, Layout layout, Sight sight) {
      Layout.Mask added = new Layout.Mask(layout.bias(bias, sight), false);
      return fused(q, k, v, added, scale(), dropout.now(rate));
    }
  }

  /**
   * softmax(cap tanh(q k^T scale / cap)) v (Gemma 2, Riviere et al. 2024, section 2), as
   * transformers' eager path.
   */
  record Capped(double scale, double cap, Dropout dropout, double rate) implements Scores {
    @Override
    public Stream<Tensor> shared(Layout layout, Sight sight) {
      return Stream.of();
    }

    @Override
    public Tensor mix(Tensor q, Tensor k, Tensor v, Layout layout, Sight sight) {
      long repeat = q.size(1) / k.size(1);
      Tensor keys = repeat == 1 ? k : repeated(k, repeat);
      Tensor values = repeat == 1 ? v : repeated(v, repeat);
      Tensor s = q.matmul(keys.transpose(2, 3)).mul(Ops.scalar(scale)); // (B, A, T, S)
      Tensor capped = s.div(Ops.scalar(cap)).tanh().mul(Ops.scalar(cap));
      Tensor visible = layout.visible(sight);
      Tensor hidden =
          visible == null
              ? capped
              : capped.masked_fill(visible.logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
      Tensor weights =
          torch.softmax(hidden, -1, new ScalarTypeOptional(ScalarType.Float)).to(q.scalar_type());
      return dropout.apply(weights, rate).matmul(values);
    }

    private static Tensor repeated(Tensor x, long times) {
      return x.repeat_interleave(times, new LongOptional(1), new LongOptional());
    }
  }
}
