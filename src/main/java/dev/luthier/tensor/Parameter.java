package dev.luthier.tensor;

import dev.luthier.error.UserError;
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
  private final @Nullable Packed packed;
  private final ScalarType type; // of a packed weight's values
  private @Nullable Tensor own;

  /**
   * @param name the full name, as in the files of Hugging Face models
   * @param value the weight; this object becomes its owner (it is kept beyond the scope it was made
   *     in, and freed by {@link #close})
   */
  public Parameter(String name, Tensor value) {
    this.name = name;
    this.derived = null;
    this.packed = null;
    this.type = value.scalar_type();
    this.own = value;
    value.retainReference();
  }

  private Parameter(String name, Supplier<Tensor> derived) {
    this.name = name;
    this.derived = derived;
    this.packed = null;
    this.type = ScalarType.Float;
  }

  private Parameter(String name, Packed packed, ScalarType type) {
    this.name = name;
    this.derived = null;
    this.packed = packed;
    this.type = type;
  }

  /**
   * A weight that is computed anew wherever it is asked for, such as a sum of two. It owns nothing
   * and cannot be trained itself.
   */
  public static Parameter derived(String name, Supplier<Tensor> value) {
    return new Parameter(name, value);
  }

  /**
   * A frozen weight in fewer bits, which it owns. It is unpacked anew wherever it is asked for.
   *
   * @param type of its values
   */
  public static Parameter packed(String name, Packed packed, ScalarType type) {
    return new Parameter(name, packed, type);
  }

  public String name() {
    return name;
  }

  /** What it is unpacked from, where it is kept in fewer bits. */
  public @Nullable Packed packed() {
    return packed;
  }

  /** The weight; belongs to the caller's scope where it is derived or packed. */
  public Tensor value() {
    if (packed != null) {
      return packed.unpacked(type);
    }
    return derived == null ? own() : derived.get();
  }

  private Tensor own() {
    if (own == null) {
      throw new IllegalStateException(name + " has no tensor of its own");
    }
    return own;
  }

  /**
   * The weight in the type of the activations that meet it; the gradient flows through the cast.
   */
  public Tensor as(Tensor activations) {
    if (packed != null) {
      return packed.unpacked(activations.scalar_type());
    }
    Tensor value = value();
    return value.scalar_type() == activations.scalar_type()
        ? value
        : value.to(activations.scalar_type());
  }

  /** Some rows of the weight, (N) int64 -> (N, ..), without unpacking the others. */
  public Tensor rows(Tensor ids) {
    return packed == null ? value().index_select(0, ids) : packed.rows(ids, type);
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

  /**
   * For a plan: unless it is of this type, it becomes a trainable one of it without values, as an
   * optimiser would have made it.
   */
  public void hollow(Compute as) {
    if (own().scalar_type().intern() != as.dtype().intern()) {
      set(Scope.of(() -> Ops.hollow(as, shape()).detach().set_requires_grad(true)));
    }
  }

  public boolean trainable() {
    return packed == null && value().requires_grad();
  }

  /**
   * @throws UserError if a packed weight is to train
   */
  public void trainable(boolean on) {
    if (packed == null) {
      own().set_requires_grad(on);
    } else if (on) {
      throw new UserError(
          "%s is quantised, so it cannot train; use lora, or load the model without model.quantize"
              .formatted(name));
    }
  }

  /** Its sizes, without unpacking it. */
  public long[] shape() {
    return packed == null ? Ops.shape(value()) : packed.shape();
  }

  public long count() {
    return Ops.count(shape());
  }

  /** What it holds in memory. */
  public long bytes() {
    if (packed != null) {
      return packed.bytes();
    }
    return own == null ? 0 : own.numel() * own.element_size();
  }

  @Override
  public void close() {
    if (packed != null) {
      packed.close();
    }
    if (own != null) {
      own.releaseReference();
    }
  }

  @Override
  public String toString() {
    return name + Arrays.toString(shape());
  }
}
