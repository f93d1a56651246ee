package dev.luthier.train;

import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** State where the arithmetic can reach it: the pieces are views. */
record Resident(List<Piece> pieces, List<Kept> kept, Map<String, Tensor> vectors) implements Shelf {
  @Override
  public void each(Work work) {
    long[] at = new long[kept.size()];
    for (Piece piece : pieces) {
      try (Scope scope = new Scope()) {
        List<Tensor> views = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
          long entries = kept.get(i).entries(piece.count());
          Tensor whole = Objects.requireNonNull(vectors.get(kept.get(i).name()));
          views.add(whole.narrow(0, at[i], entries));
          at[i] += entries;
        }
        work.on(piece, views);
      }
    }
  }

  @Override
  public void close() {
    vectors.values().forEach(Scope::free);
  }
}
