package dev.luthier.model;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Maps that read the same states, with what LoRA adds to them, as a single product. With the states
 * x and their low-rank parts A x side by side as rows, and the matrices W under each other with s B
 * beside them,
 *
 * <pre>  [x, A x] [W, s B]^T = W x + s B A x  (Hu et al. 2021, eq. 3),</pre>
 *
 * so that what LoRA adds costs no pass over the outputs. The loaded weights move into the wide
 * matrix and become views of it.
 *
 * <p>Letters: N tokens, R the ranks of all maps together, rounded up to a multiple of eight.
 */
final class Augmented {
  private static final int ALIGNED = 8;

  /** One of the maps: where its rows and its low-rank columns begin. */
  private record Member(
      Projection map, Dense base, LowRank.@Nullable Parts parts, long row, long column) {}

  /**
   * The low-rank parts of states, and what made them.
   *
   * @param low A x (N, R)
   * @param downs A of all maps under each other (R, in)
   */
  record Lower(Tensor low, Tensor downs) {
    /** Frees them before their scope does. */
    void drop() {
      Scope.drop(low, downs);
    }
  }

  private final List<Member> members;
  private final long in;
  private final long out;
  private final long rank; // R

  private Augmented(List<Member> members, long in, long out, long rank) {
    this.members = members;
    this.in = in;
    this.out = out;
    this.rank = rank;
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Tensor all = zeros(out, in + rank);
      for (Member m : members) {
        Tensor room = all.narrow(0, m.row(), m.base().out()).narrow(1, 0, in);
        room.copy_(m.base().weight().value());
        m.base().weight().set(room.detach());
      }
    }
  }

  private Tensor zeros(long... shape) {
    return torch.zeros(shape, members.get(0).base().weight().value().options());
  }

  /** All of the wide matrix, (out, in + R): the first map's weight is its upper left. */
  private Tensor matrix() {
    Tensor first = members.get(0).base().weight().value();
    return first.as_strided(new long[] {out, in + rank}, new long[] {in + rank, 1});
  }

  /** The maps that these places hold now, of which {@link #can} must be true. */
  static Augmented of(List<Slot> slots) {
    List<Member> members = new ArrayList<>();
    long row = 0;
    long column = 0;
    for (Slot slot : slots) {
      Projection map = slot.current();
      LowRank.Parts parts = parts(map).orElse(null);
      Dense base = parts == null ? (Dense) map : parts.base();
      members.add(new Member(map, base, parts, row, column));
      row += base.out();
      column += parts == null ? 0 : parts.down().value().size(0);
    }
    long rank = (column + ALIGNED - 1) / ALIGNED * ALIGNED;
    return new Augmented(members, members.get(0).base().in(), row, rank);
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
    Optional<Dense> base =
        map instanceof Dense plain ? Optional.of(plain) : parts(map).map(LowRank.Parts::base);
    return base.isPresent()
        && base.get().in() % ALIGNED == 0
        && base.get().out() % ALIGNED == 0
        && base.get().weight().value().scalar_type().intern() == type.intern()
        && base.get().weights().values().stream().noneMatch(Parameter::trainable);
  }

  private static Optional<LowRank.Parts> parts(Projection map) {
    return map instanceof LowRank low ? low.parts() : Optional.empty();
  }

  /** Whether these places still hold the maps that this was made of, doing no more than then. */
  boolean fits(List<Slot> slots) {
    for (int i = 0; i < slots.size(); i++) {
      Member m = members.get(i);
      if (slots.get(i).current() != m.map() || (m.parts() != null && parts(m.map()).isEmpty())) {
        return false;
      }
    }
    return true;
  }

  /** New rows for states and their low-rank parts, (N, in + R). */
  Tensor room(long tokens) {
    long[] shape = {tokens, in + rank};
    return torch.empty(
        shape, members.get(0).base().weight().value().options(), new MemoryFormatOptional());
  }

  /** The states' part of rows, (N, in). */
  Tensor states(Tensor room) {
    return room.narrow(1, 0, in);
  }

  /**
   * Writes A x beside the states of {@code room}. The factors are read anew, since they train.
   *
   * @param scope hands on what the backward pass needs
   */
  Lower lower(Tensor room, Scope scope) {
    Tensor matrix = matrix();
    Tensor downs = scope.hand(zeros(rank, in));
    for (Member m : members) {
      LowRank.Parts p = m.parts();
      if (p != null) {
        Tensor up = p.up().value(); // (out, r)
        Tensor columns =
            matrix.narrow(0, m.row(), up.size(0)).narrow(1, in + m.column(), up.size(1));
        columns.copy_(p.scale() == 1 ? up : up.mul(new Scalar(p.scale())));
        downs.narrow(0, m.column(), up.size(1)).copy_(p.down().value());
      }
    }
    Tensor low = scope.hand(states(room).mm(downs.t()));
    room.narrow(1, in, rank).copy_(low);
    return new Lower(low, downs);
  }

  /** The outputs of all maps side by side, (N, out), new. */
  Tensor product(Tensor room) {
    return biased(room.mm(matrix().t()));
  }

  /** The same, added to a residual stream (N, out). */
  Tensor product(Tensor room, Tensor residual) {
    return biased(torch.addmm(residual, room, matrix().t()));
  }

  private Tensor biased(Tensor y) {
    for (Member m : members) {
      Parameter bias = m.base().bias();
      if (bias != null) {
        y.narrow(1, m.row(), m.base().out()).add_(bias.value());
      }
    }
    return y;
  }

  /**
   * The gradients of states and of low-rank parts side by side, (N, in + R), where the gradient of
   * the states has what comes through the low-rank maps.
   *
   * @param g dL/dy (N, out)
   */
  Tensor back(Tensor g, Lower lower) {
    Tensor both = g.mm(matrix());
    if (rank > 0) {
      states(both).addmm_(both.narrow(1, in, rank), lower.downs());
    }
    return both;
  }

  /**
   * Adds to the gradients of the factors.
   *
   * @param g dL/dy (N, out)
   * @param lower what {@link #lower} gave
   * @param both what {@link #back} gave, of which the low-rank parts are read
   * @param x the states (N, in)
   */
  void learn(Tensor g, Lower lower, Tensor both, Tensor x) {
    if (rank == 0) {
      return;
    }
    Tensor ups = g.t().mm(lower.low()); // (out, R)
    Tensor lows = both.narrow(1, in, rank).t().mm(x); // (R, in)
    for (Member m : members) {
      LowRank.Parts p = m.parts();
      if (p != null) {
        long r = p.down().value().size(0);
        Tensor up = ups.narrow(0, m.row(), m.base().out()).narrow(1, m.column(), r);
        add(p.up(), up, p.scale());
        add(p.down(), lows.narrow(0, m.column(), r), 1);
      }
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
