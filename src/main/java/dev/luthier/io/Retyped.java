package dev.luthier.io;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The same tensors stored in another type. */
public final class Retyped {
  private Retyped() {}

  /**
   * Rewrites a safetensors file with its real numbers in a type; whole numbers stay.
   *
   * @throws dev.luthier.error.UserError if the file is broken or cannot be written
   */
  public static void write(Path file, ScalarType type) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      Map<String, String> metadata;
      try (Safetensors saved = Safetensors.open(file)) {
        metadata = saved.metadata();
        for (String name : saved.infos().keySet()) {
          Tensor value = saved.tensor(name);
          out.put(name, value.is_floating_point() ? value.to(type).clone() : value.clone());
        }
      }
      SafetensorsWriter.write(file, out, metadata);
    }
  }
}
