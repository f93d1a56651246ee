package dev.luthier.peft;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Rewrites a LoRA adapter as its model's heads were rewritten ({@link GroupedKv}). Pooling and
 * turning are linear maps P of a weight's rows, so P (W + B A) = P W + (P B) A: the factor B (out,
 * r) is rewritten as W is, and A (r, in) where the heads are inputs, at the output map. The merged
 * adapter is thus pooled exactly; what it does to the model is another matter, which differs since
 * the model does.
 */
public final class RegroupedLora {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DOWN = ".lora_A.weight";
  private static final List<String> UP = List.of(".lora_B.weight", ".lora_B.bias");

  private RegroupedLora() {}

  /**
   * @throws UserError if it is not LoRA, or not linear in the heads
   */
  public static void check(Path adapter, GroupedKv kv) {
    AdapterConfig config = AdapterConfig.read(adapter);
    if (!(config.peft() instanceof Lora lora) || HubFolder.is(adapter)) {
      throw new UserError(
          "%s holds %s in files that are no LoRA of PEFT's; only such adapters can be carried over"
              .formatted(adapter, Methods.name(config.peft())));
    }
    if (!(lora.form() instanceof LoraForm.Plain)) {
      throw new UserError(
          "%s is LoRA of another form, whose change is no product of two factors that can be pooled; merge it into the model, and regroup that"
              .formatted(adapter));
    }
    if (kv.pooling() instanceof HeadPooling.Drawn && !kv.groups().same()) {
      throw new UserError(
          "%s cannot be carried over to heads that are drawn anew; take mean, first or activations"
              .formatted(adapter));
    }
  }

  /**
   * Writes it.
   *
   * @param into an empty folder
   * @param base the new model, for the adapter's configuration
   */
  public static void write(Path adapter, Path into, GroupedKv kv, String base) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    try (Scope scope = new Scope();
        Safetensors file = WeightFiles.adapter(adapter)) {
      for (String name : file.infos().keySet()) {
        out.put(name, rewritten(name, file.tensor(name), kv).contiguous());
      }
      SafetensorsWriter.write(into.resolve(AdapterFiles.WEIGHTS), out, SafetensorsWriter.PYTORCH);
      Path config = adapter.resolve("adapter_config.json");
      ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(config));
      json.put("base_model_name_or_path", base);
      AtomicFile.write(
          into.resolve("adapter_config.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    } catch (IOException e) {
      throw new UserError(
          "cannot copy %s into %s: %s".formatted(adapter, into, UserError.reason(e)), e);
    }
  }

  private static Tensor rewritten(String name, Tensor value, GroupedKv kv) {
    if (kv.groups().same()) {
      return value;
    }
    List<Layer> layers = kv.places().layers();
    for (int i = 0; i < layers.size(); i++) {
      if (name.endsWith(layers.get(i).output() + DOWN)) {
        return kv.columns(value, i);
      }
      for (Map.Entry<String, List<Kind>> map : layers.get(i).maps().entrySet()) {
        if (UP.stream().anyMatch(up -> name.endsWith(map.getKey() + up))) {
          return kv.rows(value, i, map.getValue());
        }
      }
    }
    return kv.rewritten(name, value); // modules that are saved whole
  }
}
