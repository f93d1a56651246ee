package dev.luthier.peft;

import dev.luthier.model.Projection;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The network that makes the adapters of a stack of layers (Karimi Mahabadi et al. 2021,
 * https://arxiv.org/abs/2106.04489, section 2, and the authors' code,
 * github.com/rabeehk/hyperformer), one for all its layers, both places of a layer and all tasks:
 *
 * <ul>
 *   <li>(1) I = LN(W_2 relu(W_1 [z; l; p] + b_1) + b_2): task, layer and place as one embedding
 *   <li>(2) (D, U) = (W_D I, W_U I), (g, b) = (W_g I, W_b I): the adapter's maps and the scales of
 *       its norm. As in that code every map has biases of its own, and D and U come with biases
 *       that are made of I too.
 *   <li>(3) A(y) = g o norm(U f(D y)) + b, which is added to what a sub-layer made
 * </ul>
 *
 * <p>Letters: K tasks, T of them in a call, L layers, E width of their embeddings, P width of I, N
 * tokens, H the model's width, R that of the bottleneck.
 *
 * @param tasks z (K, E)
 * @param layers l (L, E)
 * @param places p (2, E)
 * @param first W_1, from 3 E
 * @param second W_2, to P
 * @param scale of the norm of I, (P)
 * @param shift of the norm of I, (P)
 * @param down to D (R H)
 * @param downBias to the bias of D, (R)
 * @param up to U (H R)
 * @param upBias to the bias of U, (H)
 * @param normScale to g (H)
 * @param normShift to b (H)
 */
record HyperNet(
    Parameter tasks,
    Parameter layers,
    Parameter places,
    Affine first,
    Affine second,
    Parameter scale,
    Parameter shift,
    Affine down,
    Affine downBias,
    Affine up,
    Affine upBias,
    Affine normScale,
    Affine normShift,
    Nonlinearity f) {
  private static final double EPS_OF_I = 1e-6;
  private static final double EPS = 1e-5;

  /**
   * The adapters of some tasks at one place.
   *
   * @param of (T) the tasks
   */
  Made make(Tensor of, int layer, int place) {
    Tensor z = tasks.value().index_select(0, of); // (T, E)
    Tensor l = layers.value().narrow(0, layer, 1).expand_as(z);
    Tensor p = places.value().narrow(0, place, 1).expand_as(z);
    Tensor projected = second.apply(first.apply(Ops.cat(1, z, l, p)).relu()); // (T, P)
    Tensor i = normed(projected, EPS_OF_I).mul(scale.value()).add(shift.value()); // (1)
    Tensor thin = downBias.apply(i); // (T, R)
    Tensor wide = upBias.apply(i); // (T, H)
    long r = thin.size(1);
    long h = wide.size(1);
    return new Made( // (2)
        down.apply(i).view(-1, r, h),
        thin,
        up.apply(i).view(-1, h, r),
        wide,
        normScale.apply(i),
        normShift.apply(i),
        f);
  }

  private static Tensor normed(Tensor x, double eps) {
    long[] last = {x.size(1)};
    return torch.layer_norm(x, last, new TensorOptional(), new TensorOptional(), eps, true);
  }

  /** Its own weights; the tasks' embeddings are shared with the other stacks. */
  List<Parameter> weights() {
    return Stream.of(
            Stream.of(layers, places),
            Affine.weights(first, second).stream(),
            Stream.of(scale, shift),
            Affine.weights(down, downBias, up, upBias, normScale, normShift).stream())
        .flatMap(s -> s)
        .toList();
  }

  /**
   * The adapters of T tasks at one place.
   *
   * @param down D (T, R, H)
   * @param up U (T, H, R)
   * @param scale g (T, H)
   * @param shift b (T, H)
   */
  record Made(
      Tensor down,
      Tensor downBias,
      Tensor up,
      Tensor upBias,
      Tensor scale,
      Tensor shift,
      Nonlinearity f) {
    /** A of the t-th of the tasks. */
    Projection of(int t) {
      return y -> { // (N, H)
        Tensor low = f.apply(linear(y, down, downBias, t)); // (N, R)
        Tensor high = normed(linear(low, up, upBias, t), EPS); // (N, H)
        return high.mul(at(scale, t, y)).add(at(shift, t, y)); // (3)
      };
    }

    private static Tensor linear(Tensor x, Tensor weights, Tensor biases, int t) {
      return torch.linear(x, at(weights, t, x), new TensorOptional(at(biases, t, x)));
    }

    private static Tensor at(Tensor of, int t, Tensor like) {
      return of.select(0, t).to(like.scalar_type());
    }
  }
}
