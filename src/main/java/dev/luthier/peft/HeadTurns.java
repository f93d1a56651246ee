package dev.luthier.peft;

import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.tensor.Scope;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Orthogonal maps R (D, D) that turn old heads before they become one. It owns them.
 *
 * @param of (D, D) float32 by place; heads that stay as they lie have none
 */
public record HeadTurns(Map<At, Tensor> of) implements AutoCloseable {
  /**
   * Which head.
   *
   * @param kind keys or values
   * @param group the new head
   * @param head the old one
   */
  public record At(int layer, Kind kind, int group, int head) {}

  public HeadTurns {
    of = Map.copyOf(of);
  }

  /** R, or nothing where a head stays as it lies. */
  Optional<Tensor> at(int layer, Kind kind, int group, int head) {
    return Optional.ofNullable(of.get(new At(layer, kind, group, head)));
  }

  @Override
  public void close() {
    of.values().forEach(Scope::free);
  }
}
