package dev.luthier.peft;

import dev.luthier.model.Conv1d;
import dev.luthier.model.Dense;
import dev.luthier.model.Linear;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Linear maps with more on their biases. */
final class Biases {
  private Biases() {}

  /** A map that owns its weights with a vector (out) added to its output. */
  static Linear added(Linear map, Tensor by) {
    try (AutoGradMode off = Ops.noGrad()) {
      if (map instanceof Conv1d conv) {
        conv.bias().value().add_(by);
        return conv;
      }
      Dense dense = (Dense) map;
      Parameter bias = dense.bias();
      if (bias != null) {
        bias.value().add_(by);
        return dense;
      }
      return new Dense(dense.weight(), new Parameter("merged.bias", by.detach().clone()));
    }
  }
}
