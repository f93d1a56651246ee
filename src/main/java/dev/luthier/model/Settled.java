package dev.luthier.model;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Augmented} product with the factors as they were when this was made, for calls that no
 * backward pass follows. Letters as there, with R0 the ranks and R the rows of a step.
 *
 * @param matrix (in + R0, out), or none where the weights are packed and unpacked for each product
 * @param downs (in, R0), where there are factors
 * @param bias (out), where a map has one
 */
record Settled(Augmented of, @Nullable Tensor matrix, @Nullable Tensor downs, @Nullable Tensor bias)
    implements AutoCloseable {
  static Settled of(Augmented of) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      boolean packed = of.members.stream().anyMatch(Member::packed);
      return new Settled(
          of,
          packed ? null : scope.keep(of.matrix().t()),
          of.rank == 0 ? null : scope.keep(downs(of)),
          of.members.stream().allMatch(m -> m.base().bias() == null) ? null : scope.keep(bias(of)));
    }
  }

  private static Tensor zeros(Augmented of, long... shape) {
    return torch.zeros(shape, of.compute.options(of.compute.dtype()));
  }

  private static Tensor downs(Augmented of) {
    Tensor all = zeros(of, of.rank, of.in);
    of.members.forEach(m -> m.writeDown(all.narrow(0, m.column(), m.rank())));
    return all.t();
  }

  private static Tensor bias(Augmented of) {
    Tensor all = zeros(of, of.out);
    for (Member m : of.members) {
      Parameter bias = m.base().bias();
      if (bias != null) {
        all.narrow(0, m.row(), m.base().out()).copy_(bias.value());
      }
    }
    return all;
  }

  private Tensor now() {
    return matrix == null ? of.matrix().t() : matrix;
  }

  /** Writes A x beside the states. */
  private void lower(Rooms.Room room) {
    if (downs != null) {
      Objects.requireNonNull(room.low()).copy_(room.states().mm(downs));
    }
  }

  /** The outputs of all maps side by side, (R, out), in a room that they share with others. */
  Tensor product(Rooms.Room room, Rooms rooms) {
    lower(room);
    Tensor out = rooms.output(of.out);
    if (bias == null) {
      torch.mm_out(out, room.all(), now());
    } else {
      torch.addmm_out(out, bias, room.all(), now());
    }
    return out;
  }

  /** Adds the outputs to a residual stream (R, out). */
  void addTo(Tensor stream, Rooms.Room room) {
    lower(room);
    stream.addmm_(room.all(), now());
    if (bias != null) {
      stream.add_(bias);
    }
  }

  @Override
  public void close() {
    Stream.of(matrix, downs, bias).filter(Objects::nonNull).forEach(Scope::free);
  }
}
