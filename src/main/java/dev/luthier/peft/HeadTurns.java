package dev.luthier.peft;

import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.tensor.Scope;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Linear maps that old heads go through before they become one, and those that read them again. It
 * owns them.
 *
 * @param of by place; heads that stay as they lie have none
 */
public record HeadTurns(Map<At, Turn> of) implements AutoCloseable {
  /**
   * Which head.
   *
   * @param kind keys or values
   * @param group the new head
   * @param head the old one
   */
  public record At(int layer, Kind kind, int group, int head) {}

  /**
   * What is done to a head.
   *
   * @param there E (D, D): the new head is made of E x
   * @param back B (D, D): the old head is read as B y; R^T where E is an orthogonal R
   */
  public record Turn(Tensor there, Tensor back) {}

  public HeadTurns {
    of = Map.copyOf(of);
  }

  /** What is done to a head, or nothing where it stays as it lies. */
  Optional<Turn> at(int layer, Kind kind, int group, int head) {
    return Optional.ofNullable(of.get(new At(layer, kind, group, head)));
  }

  @Override
  public void close() {
    for (Turn turn : of.values()) {
      Scope.free(turn.there());
      Scope.free(turn.back());
    }
  }
}
