package dev.luthier.tensor;

import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A named weight. Modules hold the parameter, not its tensor, so that an optimiser can move the
 * values into one flat buffer and a sparse method can rewrite them.
 */
public final class Parameter implements AutoCloseable {
  private final String name;
  private final @Nullable Supplier<Tensor> derived;
  private @Nullable Tensor own;

  /**
   * @param name the full name, as in the files of Hugging Face models
   * @param value the weight; this object becomes its owner (it is kept beyond the scope it was made
   *     in, and freed by {@link #close})
   */
  public Parameter(String name, Tensor value) {
    this.name = name;
    this.derived = null;
    this.own = value;
    value.retainReference();
  }

  private Parameter(String name, Supplier<Tensor> derived) {
    this.name = name;
    this.derived = derived;
  }

  /**
   * A weight that is computed anew wherever it is asked for, such as a sum of two. It owns nothing
   * and cannot be trained itself.
   */
  public static Parameter derived(String name, Supplier<Tensor> value) {
    return new Parameter(name, value);
  }

  public String name() {
    return name;
  }

  public Tensor value() {
    return derived == null ? own() : derived.get();
  }

  private Tensor own() {
    if (own == null) {
      throw new IllegalStateException(name + " is derived and has no tensor of its own");
    }
    return own;
  }

  /**
   * The weight in the type of the activations that meet it; the gradient flows through the cast.
   */
  public Tensor as(Tensor activations) {
    Tensor value = value();
    return value.scalar_type() == activations.scalar_type()
        ? value
        : value.to(activations.scalar_type());
  }

  /** The weight as it goes to disk: in host memory, contiguous, without gradient. */
  public Tensor onHost(ScalarType type) {
    return Ops.onHost(value(), type);
  }

  /** Replaces the tensor; the old one is freed. */
  public void set(Tensor replacement) {
    Tensor old = own();
    replacement.retainReference();
    old.releaseReference();
    own = replacement;
  }

  public boolean trainable() {
    return value().requires_grad();
  }

  public void trainable(boolean on) {
    own().set_requires_grad(on);
  }

  public long count() {
    return value().numel();
  }

  @Override
  public void close() {
    if (own != null) {
      own.releaseReference();
    }
  }

  @Override
  public String toString() {
    return name + Arrays.toString(Ops.shape(value()));
  }
}
