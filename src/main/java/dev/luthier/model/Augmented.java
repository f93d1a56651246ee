package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Maps that read the same states, with what LoRA adds to them, as a single product. With the states
 * x and their low-rank parts A x side by side as rows, and the matrices W under each other with s B
 * beside them,
 *
 * <pre>  [x, A x] [W, s B]^T = W x + s B A x  (Hu et al. 2021, eq. 3),</pre>
 *
 * so that what LoRA adds costs no pass over the outputs. The loaded weights move into the wide
 * matrix and become views of it; packed ones are unpacked into one that lives for a product.
 *
 * <p>Letters: N tokens, R the ranks of all maps together, rounded up to a multiple of eight.
 */
final class Augmented {
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

  final List<Member> members;
  final Compute compute;
  final long in;
  final long out;
  final long rank; // R
  private final boolean packed; // or to be left where they are, or without values

  private Augmented(List<Member> members, Compute compute, boolean left) {
    this.members = members;
    this.compute = compute;
    this.in = members.get(0).base().in();
    this.out = members.stream().mapToLong(m -> m.base().out()).sum();
    long ranks = members.stream().mapToLong(Member::rank).sum();
    this.rank = (ranks + Member.ALIGNED - 1) / Member.ALIGNED * Member.ALIGNED;
    this.packed = left || compute.hollow() || members.stream().anyMatch(Member::packed);
  }

  /** The maps that these places hold now, of which {@link Member#can} must be true. */
  static Augmented of(List<Slot> slots, Compute compute) {
    Augmented made = new Augmented(Member.of(slots), compute, false);
    if (!made.packed) {
      made.move();
    }
    return made;
  }

  /** The same of maps that may train, whose weights stay where they are. */
  static Augmented beside(List<Slot> slots, Compute compute) {
    return new Augmented(Member.of(slots), compute, true);
  }

  /** Moves the loaded weights into the wide matrix. */
  private void move() {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Tensor all = zeros(out, in + rank);
      for (Member m : members) {
        Tensor room = place(all, m);
        room.copy_(m.base().weight().value());
        m.base().weight().set(room.detach());
      }
    }
  }

  private Tensor zeros(long... shape) {
    return torch.zeros(shape, compute.options(compute.dtype()));
  }

  /** A map's W within the wide matrix. */
  private Tensor place(Tensor all, Member m) {
    return all.narrow(0, m.row(), m.base().out()).narrow(1, 0, in);
  }

  /** Its s B there. */
  private Tensor beside(Tensor all, Member m) {
    return all.narrow(0, m.row(), m.base().out()).narrow(1, in + m.column(), m.rank());
  }

  /** The wide matrix, (out, in + R), with the factors as they are now. */
  Tensor matrix() {
    Tensor all;
    if (packed) {
      all = room(out);
      all.narrow(1, in, rank).zero_();
      members.forEach(m -> m.write(place(all, m)));
    } else {
      Tensor first = members.get(0).base().weight().value();
      all = first.as_strided(new long[] {out, in + rank}, new long[] {in + rank, 1});
    }
    members.forEach(m -> m.writeUp(beside(all, m)));
    return all;
  }

  /** Whether these places still hold the maps that this was made of, doing no more than then. */
  boolean fits(List<Slot> slots) {
    for (int i = 0; i < slots.size(); i++) {
      if (!members.get(i).fits(slots.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** New rows for states and their low-rank parts, (N, in + R). */
  Tensor room(long tokens) {
    long[] shape = {tokens, in + rank};
    return torch.empty(shape, compute.options(compute.dtype()), new MemoryFormatOptional());
  }

  /** The states' part of rows, (N, in). */
  Tensor states(Tensor room) {
    return room.narrow(1, 0, in);
  }

  /**
   * Writes A x beside the states of {@code room}.
   *
   * @param scope hands on what the backward pass needs
   */
  Lower lower(Tensor room, Scope scope) {
    Tensor downs = scope.hand(zeros(rank, in));
    members.forEach(m -> m.writeDown(downs.narrow(0, m.column(), m.rank())));
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
    Tensor downs = both.narrow(1, in, rank).t().mm(x); // (R, in)
    for (Member m : members) {
      Tensor up = ups.narrow(0, m.row(), m.base().out()).narrow(1, m.column(), m.rank());
      m.learn(up, downs.narrow(0, m.column(), m.rank()));
    }
  }
}
