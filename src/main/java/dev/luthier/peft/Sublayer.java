package dev.luthier.peft;

import dev.luthier.model.Joint;
import dev.luthier.model.Seat;
import dev.luthier.model.Stack;
import org.jspecify.annotations.Nullable;

/** A part of a layer that adapters stand behind. */
public enum Sublayer {
  ATTENTION,
  /** Attention to the source, in a decoder that has one. */
  CROSS,
  MLP;

  /** Where it joins the stream of states; none where the layer has no such part. */
  @Nullable Seat<Joint> seat(Stack.Layer layer) {
    return switch (this) {
      case ATTENTION -> layer.afterAttention();
      case CROSS -> layer.afterCross();
      case MLP -> layer.afterMlp();
    };
  }
}
