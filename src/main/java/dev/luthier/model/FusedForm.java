package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Kernels;
import java.util.Optional;
import org.bytedeco.pytorch.GradMode;

/** The fused form of a layer, made when it is first wanted and again when the layer changes. */
final class FusedForm {
  private Optional<FusedBlock> made = Optional.empty();

  /**
   * The form for a training call, be it recorded or to be run again, or none where the layer is to
   * be computed part by part.
   */
  Optional<FusedBlock> of(Block.PreNorm block, Layout layout) {
    if (!layout.alone() || !(GradMode.is_enabled() || Fusible.training(block))) {
      return Optional.empty();
    }
    return made.isPresent() && made.get().fits()
        ? made
        : Fusion.on(layout.compute).flatMap(k -> frozen(block, k, layout.compute));
  }

  /** The form for calls of any kind, as far as the layer is frozen. */
  Optional<FusedBlock> frozen(Block.PreNorm block, Kernels kernels, Compute compute) {
    if (made.isEmpty() || !made.get().fits()) {
      made = FusedBlock.of(block, kernels, compute);
    }
    return made;
  }
}
