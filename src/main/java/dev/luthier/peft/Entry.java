package dev.luthier.peft;

import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of an adapter's file.
 *
 * @param value what is written
 * @param fill takes what was read
 */
record Entry(String name, Supplier<Tensor> value, Consumer<Tensor> fill) {
  /** A weight under its own name. */
  static Entry of(Parameter p) {
    return of(p.name(), p);
  }

  /** What is computed from weights that stand in another file. */
  static Entry computed(String name, Supplier<Tensor> value) {
    return new Entry(name, value, saved -> {});
  }

  /** A weight under another name. */
  static Entry of(String name, Parameter p) {
    return new Entry(name, p::value, saved -> p.value().copy_(saved));
  }

  /** Writes a file of these tensors as they are now. */
  static void write(Path file, List<Entry> entries) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      entries.forEach(e -> tensors.put(e.name(), e.value().get()));
      SafetensorsWriter.write(file, tensors, SafetensorsWriter.PYTORCH);
    }
  }
}
