package dev.luthier.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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
 * <p>The result is made without a record and then tied to each x by adding no rows of x to it,
 * which costs nothing and gives x a gradient of zeros. A hook on the result takes dL/dy as it
 * passes and makes the gradients; one on each x's side puts its own in the place of the zeros.
 */
public final class CustomGradient {
  /**
   * What the last hook of a thread of libtorch returned: it has been taken over by the next one. A
   * GPU has one thread for its backward passes, which Java sees as a new one at every call.
   */
  private static final Map<String, Tensor> RETURNED = new ConcurrentHashMap<>();

  private final Function<Tensor, List<Tensor>> backward;
  private final boolean[] wanted; // of each x
  private @Nullable List<Tensor> made; // dL/dx of each x, from the hook on y to the hooks on x

  private CustomGradient(List<Tensor> xs, Function<Tensor, List<Tensor>> backward) {
    this.backward = backward;
    this.wanted = new boolean[xs.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = xs.get(i).requires_grad();
    }
  }

  /**
   * y = forward(x). What {@code backward} captures has to live until the backward pass: the scope
   * that is open now must be open then.
   *
   * @param x (N, ..); where it needs no gradient, backward is called all the same as long as
   *     gradients are recorded, for the weights that it may reach
   * @param forward called at once, without recording; its result is new, of two dimensions, and of
   *     x's type
   * @param backward dL/dy -> dL/dx, called without recording; what it makes on the way is freed. A
   *     GPU's backward pass runs on a thread of libtorch
   */
  public static Tensor of(Tensor x, UnaryOperator<Tensor> forward, UnaryOperator<Tensor> backward) {
    return of(List.of(x), xs -> forward.apply(xs.get(0)), g -> List.of(backward.apply(g)));
  }

  /**
   * The same of several tensors, (N, ..) each.
   *
   * @param backward gives dL/dx for each x in the same order; those of x that need none are not
   *     looked at
   */
  public static Tensor of(
      List<Tensor> xs,
      Function<List<Tensor>, Tensor> forward,
      Function<Tensor, List<Tensor>> backward) {
    Tensor y;
    boolean recording = GradMode.is_enabled();
    try (AutoGradMode off = Ops.noGrad()) {
      y = forward.apply(xs);
    }
    if (recording) {
      try (Scope scope = new Scope()) {
        new CustomGradient(xs, backward).tie(xs, y).forEach(scope::hand);
      }
    }
    return y;
  }

  /** Gives the hooks, which must live until the backward pass. */
  private List<TensorTensorHook> tie(List<Tensor> xs, Tensor y) {
    List<TensorTensorHook> hooks = new ArrayList<>();
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i]) {
        int at = i;
        hooks.add(tie(xs.get(i).view_as(xs.get(i)), y, zeros -> taken(at)));
      }
    }
    if (hooks.isEmpty()) {
      Tensor nobody = torch.zeros(new long[] {1, 1}, y.options()).set_requires_grad(true);
      hooks.add(tie(nobody, y, zeros -> zeros));
    }
    TensorTensorHook last = hook(this::arrived);
    y.register_hook(last);
    hooks.add(last);
    return hooks;
  }

  private static TensorTensorHook tie(Tensor from, Tensor y, UnaryOperator<Tensor> gradient) {
    TensorTensorHook hook = hook(gradient);
    from.register_hook(hook);
    Tensor none = from.flatten().narrow(0, 0, 0).view(0, 1).expand(0, y.size(1)); // (0, out)
    y.index_add_(
        0,
        torch.zeros(new long[] {0}, y.options().dtype(new ScalarTypeOptional(ScalarType.Long))),
        none.to(y.scalar_type()));
    return hook;
  }

  private Tensor arrived(Tensor gradient) {
    if (made != null) {
      throw new IllegalStateException("a gradient was asked for twice");
    }
    made = backward.apply(gradient);
    for (int i = 0; i < made.size(); i++) {
      if (wanted[i]) {
        made.get(i).retainReference();
      }
    }
    return gradient;
  }

  private Tensor taken(int at) {
    if (made == null) {
      throw new IllegalStateException("a gradient came that nobody asked for");
    }
    Tensor kept = made.get(at);
    Tensor out = new Tensor(kept);
    Scope.free(kept);
    return out;
  }

  private static TensorTensorHook hook(UnaryOperator<Tensor> of) {
    return new TensorTensorHook() {
      @Override
      public TensorBase call(TensorBase g) {
        try (Scope scope = new Scope();
            AutoGradMode off = Ops.noGrad()) {
          Tensor out = scope.keep(of.apply(new Tensor(g)));
          Scope.drop(g); // a copy of libtorch's, which no scope of this thread may own
          Tensor before = RETURNED.put(thread(out), out);
          if (before != null) {
            Scope.free(before);
          }
          return out;
        }
      }
    };
  }

  private static String thread(Tensor of) {
    return of.is_cuda() ? "gpu " + of.device().index() : "thread " + Thread.currentThread().getId();
  }
}
