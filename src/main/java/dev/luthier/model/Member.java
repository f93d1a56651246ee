package dev.luthier.model;

import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * One of the maps of an {@link Augmented} matrix.
 *
 * @param map as the place holds it
 * @param base what is frozen of it
 * @param parts what LoRA adds, or nothing
 * @param row of the wide matrix where it begins
 * @param column among the low-rank ones where it begins
 */
record Member(Projection map, Linear base, LowRank.@Nullable Parts parts, long row, long column) {
  /** What cuBLAS and the kernels want rows to be multiples of. */
  static final int ALIGNED = 8;

  /** The maps that these places hold now, of which {@link #can} must be true. */
  static List<Member> of(List<Slot> slots) {
    List<Member> members = new ArrayList<>();
    long row = 0;
    long column = 0;
    for (Slot slot : slots) {
      Projection map = slot.current();
      LowRank.Parts parts = parts(map).orElse(null);
      Linear base = parts == null ? (Linear) map : parts.base();
      members.add(new Member(map, base, parts, row, column));
      row += base.out();
      column += parts == null ? 0 : parts.down().value().size(0);
    }
    return List.copyOf(members);
  }

  /**
   * Whether these places hold nothing but frozen maps, and what LoRA adds to them.
   *
   * @param type in which states are computed
   */
  static boolean can(List<Slot> slots, ScalarType type) {
    return slots.stream().map(Slot::current).allMatch(map -> can(map, type));
  }

  private static boolean can(Projection map, ScalarType type) {
    Dense dense = dense(map);
    return dense != null
        && (dense.weight().packed() != null || typed(dense.weight(), type))
        && dense.weights().values().stream().noneMatch(Parameter::trainable);
  }

  /** Whether they hold maps, perhaps in training, and what LoRA adds to them. */
  static boolean readable(List<Slot> slots) {
    return slots.stream().map(Slot::current).allMatch(map -> dense(map) != null);
  }

  /** What is below what LoRA adds, unpacked or not, if its rows are aligned. */
  private static @Nullable Dense dense(Projection map) {
    Linear base =
        map instanceof Linear plain ? plain : parts(map).map(LowRank.Parts::base).orElse(null);
    Linear laid = base instanceof FrozenLinear frozen ? frozen.map() : base;
    return laid instanceof Dense dense && dense.in() % ALIGNED == 0 && dense.out() % ALIGNED == 0
        ? dense
        : null;
  }

  private static boolean typed(Parameter weight, ScalarType type) {
    return weight.value().scalar_type().intern() == type.intern();
  }

  private static Optional<LowRank.Parts> parts(Projection map) {
    return map instanceof LowRank low ? low.parts() : Optional.empty();
  }

  /** Whether a place still holds this map, doing no more than then. */
  boolean fits(Slot slot) {
    return slot.current() == map && (parts == null || parts(map).isPresent());
  }

  boolean packed() {
    return base.weight().packed() != null;
  }

  /** Writes W into the member's rows (out, in) of a wide matrix that lives for the moment. */
  void write(Tensor rows) {
    Packed bits = base.weight().packed();
    if (bits == null) {
      rows.copy_(base.weight().value());
    } else {
      bits.write(rows);
    }
  }

  /** r, or 0. */
  long rank() {
    return parts == null ? 0 : parts.down().value().size(0);
  }

  /** Writes s B into the member's low-rank columns (out, r) of the wide matrix. */
  void writeUp(Tensor columns) {
    if (parts != null) {
      Tensor up = parts.up().value();
      columns.copy_(parts.scale() == 1 ? up : up.mul(new Scalar(parts.scale())));
    }
  }

  /** Writes A (r, in). */
  void writeDown(Tensor rows) {
    if (parts != null) {
      rows.copy_(parts.down().value());
    }
  }

  /**
   * Adds to the gradients of the factors.
   *
   * @param up dL/dB over s (out, r)
   * @param down dL/dA (r, in)
   */
  void learn(Tensor up, Tensor down) {
    if (parts != null) {
      add(parts.up(), up, parts.scale());
      add(parts.down(), down, 1);
    }
  }

  private static void add(Parameter weight, Tensor gradient, double scale) {
    Tensor value = weight.value();
    if (!value.requires_grad()) {
      return;
    }
    Tensor sum = value.grad();
    if (sum.defined()) {
      sum.add_(gradient, new Scalar(scale));
    } else {
      value.mutable_grad().put(gradient.to(value.scalar_type()).mul(new Scalar(scale)));
    }
  }
}
