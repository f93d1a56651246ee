package dev.luthier.peft;

import dev.luthier.model.Stored;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A module that trains whole beside an adapter, over a copy of its weights: PEFT's modules_to_save.
 * A head that shares its matrix with the table thereby stops sharing it, as in PEFT.
 */
record Whole(String path, Stored copy) implements Adaptation {
  @Override
  public Tensor apply(Tensor x) {
    return copy.apply(x);
  }

  @Override
  public Stored merged() {
    return copy.copy(path);
  }

  List<Parameter> parameters() {
    return copy.weights().entrySet().stream()
        .sorted(Map.Entry.<String, Parameter>comparingByKey().reversed()) // weight, bias
        .map(Map.Entry::getValue)
        .toList();
  }
}
