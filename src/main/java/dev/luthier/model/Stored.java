package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** A map whose weights stand in the model's files. */
public sealed interface Stored extends Projection
    permits Linear, Lookup, RmsNorm, OffsetRmsNorm, LayerNorm, Unused {
  /** Its weights by the last part of their names: weight, bias. */
  Map<String, Parameter> weights();

  /**
   * The same map over float32 copies of its weights, which are named path.weight and path.bias and
   * owned by the caller.
   */
  Stored copy(String path);

  /** The same map over what a rewriting makes of its weights, such as a sum that is taken anew. */
  Stored rewritten(UnaryOperator<Parameter> rewriting);

  /** What a rewriting makes of a weight, where there is one. */
  static @Nullable Parameter any(@Nullable Parameter p, UnaryOperator<Parameter> rewriting) {
    return p == null ? null : rewriting.apply(p);
  }

  /** A float32 copy of a weight under another name. */
  static Parameter copyOf(String name, Parameter p) {
    try (Scope scope = new Scope()) {
      return new Parameter(
          name, p.value().detach().to(ScalarType.Float, false, true, new MemoryFormatOptional()));
    }
  }

  /** {@link #copyOf} where there is something to copy. */
  static @Nullable Parameter copyOfAny(String name, @Nullable Parameter p) {
    return p == null ? null : copyOf(name, p);
  }

  /** Weight and bias by name, as far as they are there. */
  static Map<String, Parameter> named(@Nullable Parameter weight, @Nullable Parameter bias) {
    if (weight == null) {
      return bias == null ? Map.of() : Map.of("bias", bias);
    }
    return bias == null ? Map.of("weight", weight) : Map.of("weight", weight, "bias", bias);
  }
}
