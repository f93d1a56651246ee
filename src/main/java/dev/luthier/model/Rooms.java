package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Where the layers of a step put what they compute for R rows: each in the same memory as the one
 * before, so that nothing is asked for while a step runs.
 */
final class Rooms implements AutoCloseable {
  /**
   * Rows for states and their low-rank parts.
   *
   * @param all (R, in + rank)
   * @param states its first columns (R, in)
   * @param low the others, where there are any
   */
  record Room(Tensor all, Tensor states, @Nullable Tensor low) {}

  private final Compute compute;
  private final int rows; // R
  private final Map<List<Long>, Room> inputs = new HashMap<>();
  private final Map<Long, Tensor> outputs = new HashMap<>();
  private final List<Tensor> owned = new ArrayList<>();
  private final Tensor roots; // (R) float32

  Rooms(Compute compute, int rows) {
    this.compute = compute;
    this.rows = rows;
    this.roots = Scope.of(() -> made(ScalarType.Float, rows));
    keep(roots);
  }

  private Tensor made(ScalarType type, long... shape) {
    return torch.empty(shape, compute.options(type), new MemoryFormatOptional());
  }

  private Tensor keep(Tensor t) {
    t.retainReference();
    owned.add(t);
    return t;
  }

  int rows() {
    return rows;
  }

  /** For the inverse roots that norms leave to a backward pass. */
  Tensor roots() {
    return roots;
  }

  /** What a product reads. */
  Room input(Augmented of) {
    return inputs.computeIfAbsent(
        List.of(of.in, of.rank),
        shape -> {
          try (Scope scope = new Scope()) {
            Tensor all = keep(made(compute.dtype(), rows, of.in + of.rank));
            return new Room(
                all,
                of.rank == 0 ? all : keep(all.narrow(1, 0, of.in)),
                of.rank == 0 ? null : keep(all.narrow(1, of.in, of.rank)));
          }
        });
  }

  /** What it writes, (R, width). */
  Tensor output(long width) {
    return outputs.computeIfAbsent(
        width,
        w -> {
          try (Scope scope = new Scope()) {
            return keep(made(compute.dtype(), rows, w));
          }
        });
  }

  @Override
  public void close() {
    owned.forEach(Scope::free);
    owned.clear();
  }
}
