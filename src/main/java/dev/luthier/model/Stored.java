package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A map whose weights stand in the model's files. */
public sealed interface Stored extends Projection permits Dense, Lookup, RmsNorm {
  /** Its weights by the last part of their names: weight, bias. */
  Map<String, Parameter> weights();

  /**
   * The same map over float32 copies of its weights, which are named path.weight and path.bias and
   * owned by the caller.
   */
  Stored copy(String path);

  /** A float32 copy of a weight under another name. */
  static Parameter copyOf(String name, Parameter p) {
    return new Parameter(
        name, p.value().detach().to(ScalarType.Float, false, true, new MemoryFormatOptional()));
  }
}
