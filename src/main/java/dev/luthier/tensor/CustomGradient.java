package dev.luthier.tensor;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * An operation whose backward pass is ours: autograd keeps nothing of what its forward pass makes.
 *
 * <p>The result is made without a record and then tied to x by adding no rows of x to it, which
 * costs nothing and gives x a gradient of zeros. A hook on the result takes dL/dy as it passes; one
 * on x's side puts what {@code backward} makes of it in the place of the zeros.
 */
public final class CustomGradient {
  /** What the last hook of a thread returned: libtorch has taken it over by the next one. */
  private static final ThreadLocal<@Nullable Tensor> RETURNED = new ThreadLocal<>();

  private final UnaryOperator<Tensor> backward;
  private @Nullable Tensor arrived; // dL/dy, from the hook on y to the hook on x

  private CustomGradient(UnaryOperator<Tensor> backward) {
    this.backward = backward;
  }

  /**
   * y = forward(x). What {@code backward} captures has to live until the backward pass: the scope
   * that is open now must be open then.
   *
   * @param x (N, ..); where it needs no gradient, backward is called all the same as long as
   *     gradients are recorded, for the weights that it may reach
   * @param forward called at once, without recording; its result is new and of two dimensions
   * @param backward dL/dy -> dL/dx, called without recording; what it makes on the way is freed. A
   *     GPU's backward pass runs on a thread of libtorch
   */
  public static Tensor of(Tensor x, UnaryOperator<Tensor> forward, UnaryOperator<Tensor> backward) {
    Tensor y;
    boolean recording = GradMode.is_enabled();
    try (AutoGradMode off = Ops.noGrad()) {
      y = forward.apply(x);
    }
    return recording ? new CustomGradient(backward).tie(x, y) : y;
  }

  private Tensor tie(Tensor x, Tensor y) {
    boolean wanted = x.requires_grad();
    Tensor from = wanted ? x.view_as(x) : torch.zeros(new long[] {1, 1}, y.options());
    if (!wanted) {
      from.set_requires_grad(true);
    }
    from.register_hook(hook(g -> swapped(g, wanted)));
    Tensor rows = from.flatten().narrow(0, 0, 0).view(0, 1).expand(0, y.size(1)); // (0, out)
    Tensor none = rows.to(y.scalar_type());
    y.index_add_(
        0,
        torch.zeros(new long[] {0}, y.options().dtype(new ScalarTypeOptional(ScalarType.Long))),
        none);
    y.register_hook(hook(this::taken));
    return y;
  }

  private Tensor taken(Tensor gradient) {
    arrived = gradient;
    gradient.retainReference();
    return gradient;
  }

  private Tensor swapped(Tensor zeros, boolean wanted) {
    Tensor gradient = arrived;
    if (gradient == null) {
      throw new IllegalStateException("a gradient was asked for twice");
    }
    arrived = null;
    Tensor out = backward.apply(gradient);
    Scope.free(gradient);
    return wanted ? out : zeros;
  }

  private static TensorTensorHook hook(UnaryOperator<Tensor> of) {
    return new TensorTensorHook() {
      @Override
      public TensorBase call(TensorBase g) {
        try (Scope scope = new Scope();
            AutoGradMode off = Ops.noGrad()) {
          Tensor out = scope.keep(of.apply(new Tensor(g)));
          Tensor before = RETURNED.get();
          if (before != null) {
            Scope.free(before);
          }
          RETURNED.set(out);
          return out;
        }
      }
    };
  }
}
