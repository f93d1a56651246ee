package dev.luthier.model;

import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * From tokens to the first states: drop(norm(project(table[id] scale) + positions + types)), as far
 * as a family has them. Letters: N tokens, H width.
 *
 * @param scale what the table's rows are multiplied by, rounded to the compute type (Gemma)
 * @param project from the table's width to the model's, where they differ (OPT)
 * @param positions learned positions
 * @param types segment ids, (N) int64, to rows
 */
record Embedding(
    Slot table,
    double scale,
    @Nullable Slot project,
    @Nullable Positions positions,
    @Nullable Slot types,
    @Nullable Slot norm,
    UnaryOperator<Tensor> drop) {
  /** A table of positions and the row that a token takes from it. */
  record Positions(Slot table, Row row) {
    /** (N) int64. */
    interface Row {
      Tensor of(Layout layout);
    }
  }

  static Embedding of(Slot table, UnaryOperator<Tensor> drop) {
    return new Embedding(table, 1, null, null, null, null, drop);
  }

  Embedding scaled(double by) {
    return new Embedding(table, by, project, positions, types, norm, drop);
  }

  Embedding projected(@Nullable Slot by) {
    return new Embedding(table, scale, by, positions, types, norm, drop);
  }

  Embedding at(Slot places, Positions.Row row) {
    return new Embedding(table, scale, project, new Positions(places, row), types, norm, drop);
  }

  Embedding typed(Slot by, Slot normedBy) {
    return new Embedding(table, scale, project, positions, by, normedBy, drop);
  }

  /** Whether it does no more than look rows up. */
  boolean bare() {
    boolean alone = project == null && positions == null && types == null && norm == null;
    return alone && scale == 1 && drop == UnaryOperator.<Tensor>identity();
  }

  /**
   * @param segments of the tokens that are not virtual, int64, or all zero
   * @param prompt what stands in the place of virtual tokens' rows of the table
   */
  Tensor apply(Layout layout, @Nullable Tensor segments, Prompt prompt) {
    Tensor x = table.apply(layout.ids).to(layout.compute.dtype()); // (N, H)
    if (scale != 1) {
      x = x.mul(rounded(layout));
    }
    Tensor virtual = layout.batch.virtual();
    if (virtual != null) {
      Tensor rows = prompt.rows(layout.count); // (B, P, E)
      x = x.index_copy(0, virtual, rows.reshape(-1, rows.size(2)).to(x.scalar_type()));
    }
    if (project != null) {
      x = project.apply(x);
    }
    if (types != null) {
      Tensor of = segments == null ? layout.ids.mul(Ops.whole(0)) : layout.batch.widen(segments);
      x = x.add(types.apply(of).to(x.scalar_type()));
    }
    if (positions != null) {
      x = x.add(positions.table().apply(positions.row().of(layout)).to(x.scalar_type()));
    }
    return drop.apply(norm == null ? x : norm.apply(x));
  }

  private Tensor rounded(Layout layout) {
    return Ops.floats(new float[] {(float) scale}, layout.compute).to(layout.compute.dtype());
  }

  List<Slot> slots() {
    return Stream.of(table, positions == null ? null : positions.table(), types, norm, project)
        .filter(Objects::nonNull)
        .toList();
  }
}
