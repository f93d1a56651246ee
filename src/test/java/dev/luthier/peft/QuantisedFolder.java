package dev.luthier.peft;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.Conv1d;
import dev.luthier.model.FrozenLinear;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Slot;
import dev.luthier.quant.FourBit;
import dev.luthier.quant.QuantTensors;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A model folder as transformers saves one that bitsandbytes has quantised. */
final class QuantisedFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private QuantisedFolder() {}

  static void write(Path from, FourBit how, Path into) throws IOException {
    try (Scope scope = new Scope();
        WeightFiles files = WeightFiles.open(from);
        Model model = Models.load(from, Compute.CPU.packing(how))) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      files.infos().keySet().forEach(name -> out.put(name, files.tensor(name)));
      for (Slot slot : model.slots()) {
        if (slot.base() instanceof FrozenLinear frozen) {
          String name = frozen.weight().name();
          Tensor plain = files.tensor(name);
          Tensor turned = frozen.map() instanceof Conv1d ? plain.t().contiguous() : plain;
          Packed packed = how.pack(name, turned, Compute.CPU);
          out.putAll(QuantTensors.of(name, packed));
        }
      }
      SafetensorsWriter.write(into.resolve("model.safetensors"), out, Map.of());
      ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
      config
          .putObject("quantization_config")
          .put("quant_method", "bitsandbytes")
          .put("load_in_4bit", true);
      JSON.writeValue(into.resolve("config.json").toFile(), config);
    }
  }
}
