package dev.luthier.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * State of which every weight has its own share: pieces of the flat buffer are moved one after the
 * other, so that what an operation makes on the way is never as large as the buffer. Where a piece
 * ends changes no number.
 */
final class Piecewise implements Moments {
  /** Moves the weights of a piece; the gradient is left as it is. */
  interface Move {
    /**
     * @param w (n) weights
     * @param g (n) gradients
     * @param state what is kept of them, in the order of {@link Part#kept}
     * @param step counted from 1
     */
    void move(Tensor w, Tensor g, List<Tensor> state, double lr, double weightDecay, long step);
  }

  /** Pieces whose state is of the same kind. */
  record Part(List<Piece> pieces, List<Shelf.Kept> kept, Move move) {}

  private record Shelved(Move move, Shelf shelf) {}

  private final List<Shelved> parts;

  Piecewise(List<Part> parts, Shelf.Maker maker) {
    this.parts =
        parts.stream()
            .filter(p -> !p.pieces().isEmpty())
            .map(p -> new Shelved(p.move(), maker.shelf(p.pieces(), p.kept())))
            .toList();
  }

  @Override
  public void step(Tensor weights, Tensor gradients, long step, double factor) {
    for (Shelved part : parts) {
      part.shelf.each(
          (piece, state) ->
              part.move.move(
                  piece.of(weights),
                  piece.of(gradients),
                  state,
                  piece.lr() * factor,
                  piece.weightDecay(),
                  step));
    }
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    parts.forEach(p -> out.putAll(p.shelf.vectors()));
    return out;
  }

  @Override
  public void close() {
    parts.forEach(p -> p.shelf.close());
  }
}
