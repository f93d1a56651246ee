package dev.luthier.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A named weight. Modules hold the parameter, not its tensor, so that an optimiser can move the
 * values into one flat buffer and a sparse method can rewrite them.
 */
public final class Parameter implements AutoCloseable {
  private final String name;
  private Tensor value;

  /**
   * @param name the full name, as in the files of Hugging Face models
   * @param value the weight; this object becomes its owner (it is kept beyond the scope it was made
   *     in, and freed by {@link #close})
   */
  public Parameter(String name, Tensor value) {
    this.name = name;
    this.value = value;
    value.retainReference();
  }

  public String name() {
    return name;
  }

  public Tensor value() {
    return value;
  }

  /**
   * The weight in the type of the activations that meet it; the gradient flows through the cast.
   */
  public Tensor as(Tensor activations) {
    return value.scalar_type() == activations.scalar_type()
        ? value
        : value.to(activations.scalar_type());
  }

  /** The weight as it goes to disk: in host memory, contiguous, without gradient. */
  public Tensor onHost(ScalarType type) {
    return value.detach().to(Compute.CPU.torchDevice(), type).contiguous();
  }

  /** Replaces the tensor; the old one is freed. */
  public void set(Tensor replacement) {
    replacement.retainReference();
    value.releaseReference();
    value = replacement;
  }

  public boolean trainable() {
    return value.requires_grad();
  }

  public void trainable(boolean on) {
    value.set_requires_grad(on);
  }

  public long count() {
    return value.numel();
  }

  @Override
  public void close() {
    value.releaseReference();
  }

  @Override
  public String toString() {
    return name + Arrays.toString(Ops.shape(value));
  }
}
