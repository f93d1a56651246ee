package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** A bias that a file carries although nothing is computed with it; it is saved as it was. */
public record Unused(Parameter bias) implements Stored {
  @Override
  public Tensor apply(Tensor x) {
    throw new IllegalStateException(bias.name() + " takes part in nothing");
  }

  @Override
  public Map<String, Parameter> weights() {
    return Map.of("bias", bias);
  }

  @Override
  public Unused rewritten(UnaryOperator<Parameter> rewriting) {
    return new Unused(rewriting.apply(bias));
  }

  @Override
  public Unused copy(String path) {
    return new Unused(Stored.copyOf(path + ".bias", bias));
  }
}
