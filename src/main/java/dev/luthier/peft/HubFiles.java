package dev.luthier.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.Model;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Writes and reads what {@link HubFolder} describes. */
record HubFiles(Adapted<?> adapted, List<Inset> insets, Optional<String> fusion) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private static final String VERSION = "adapters.1.1.0"; // whose keys these are

  static HubFiles of(Adapted<?> adapted) {
    return new HubFiles(adapted, HubFolder.insets(adapted), HubFolder.fusion(adapted));
  }

  private boolean several() {
    return insets.size() > 1 || fusion.isPresent();
  }

  private Path folder(Path dir, Inset inset) {
    return several() ? dir.resolve(inset.name()) : dir;
  }

  private Path fusionFolder(Path dir) {
    return dir.resolve(fusion.orElseThrow());
  }

  /** What belongs to an adapter. */
  private List<Entry> of(Inset inset) {
    return adapted.saved().stream()
        .filter(
            e ->
                e.name().contains("adapters." + inset.name() + ".")
                    || e.name().contains("shared_parameters." + inset.name() + "."))
        .toList();
  }

  private List<Entry> ofFusion() {
    return adapted.saved().stream()
        .filter(e -> e.name().contains(".adapter_fusion_layer."))
        .toList();
  }

  /** What is saved whole. */
  private List<Entry> heads() {
    List<Entry> out = new ArrayList<>(adapted.saved());
    insets.forEach(inset -> out.removeAll(of(inset)));
    out.removeAll(ofFusion());
    return out;
  }

  void save(Path dir, String base) {
    for (Inset inset : insets) {
      Path folder = made(folder(dir, inset));
      Map<String, Object> config = about(base, inset.name());
      config.put("config", HubSettings.written(inset, adapted.model()));
      write(folder, HubFolder.WEIGHTS, of(inset), HubConfig.FILE, config);
    }
    if (adapted.peft() instanceof AdapterFusion method) {
      Map<String, Object> config = about(base, fusion.orElseThrow());
      config.put("config", HubFusion.written(method));
      write(
          made(fusionFolder(dir)), HubFolder.FUSION_WEIGHTS, ofFusion(), HubFolder.FUSION, config);
    }
    if (several()) {
      AtomicFile.write(dir.resolve(HubFolder.SETUP), bytes(setup()));
    }
    if (!heads().isEmpty()) {
      Map<String, Object> config = about(base, null);
      config.put("config", null);
      config.put("label2id", adapted.model().config().json().get("label2id"));
      config.put("num_labels", adapted.model().config().json().path("label2id").size());
      if (!adapted.save().isEmpty()) {
        config.put("modules_to_save", adapted.save()); // which AdapterHub passes over
      }
      write(dir, HubFolder.HEAD_WEIGHTS, heads(), HubFolder.HEAD, config);
    }
  }

  private Map<String, Object> about(String base, @org.jspecify.annotations.Nullable String name) {
    Model model = adapted.model();
    Map<String, Object> out = new TreeMap<>();
    out.put("hidden_size", model.config().hiddenSize());
    out.put("model_class", HubFolder.modelClass(model));
    out.put("model_name", base);
    out.put("model_type", model.config().modelType());
    out.put("name", name);
    out.put("version", VERSION);
    return out;
  }

  private Map<String, Object> setup() {
    List<Map<String, Object>> children =
        insets.stream()
            .map(i -> Map.<String, Object>of("type", "single", "children", List.of(i.name())))
            .toList();
    Map<String, Object> block =
        Map.of("type", fusion.isPresent() ? "Fuse" : "Stack", "children", children);
    Map<String, Object> out = new TreeMap<>();
    out.put("adapter_setup", block);
    out.put("head_setup", null);
    out.put("version", VERSION);
    return out;
  }

  private static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserError("cannot make %s: %s".formatted(folder, UserError.reason(e)), e);
    }
  }

  private static void write(
      Path dir, String weights, List<Entry> entries, String name, Map<String, Object> config) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      entries.forEach(e -> tensors.put(e.name(), AdapterFiles.onHost(e.value().get())));
      SafetensorsWriter.write(dir.resolve(weights), tensors, SafetensorsWriter.PYTORCH);
    }
    AtomicFile.write(dir.resolve(name), bytes(config));
  }

  private static byte[] bytes(Map<String, Object> json) {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
      return text.getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@link AdapterFiles#load}. */
  static <M extends Model> AdapterFiles.Loaded<M> load(M model, AdapterConfig config, Path dir) {
    if (!Files.exists(dir.resolve(HubFolder.SETUP))) {
      HubTensors.Source.of(dir, HubFolder.WEIGHTS, HubConfig.read(dir), model);
    }
    List<String> notes = new ArrayList<>(config.notes());
    Adapted<M> adapted = AdapterFiles.attach(model, config.peft(), dir, false);
    try {
      of(adapted).fill(dir, notes);
    } catch (UserError e) {
      adapted.close();
      throw e;
    }
    return new AdapterFiles.Loaded<>(adapted, notes);
  }

  private void fill(Path dir, List<String> notes) {
    for (Inset inset : insets) {
      HubTensors.Source.of(folder(dir, inset), HubFolder.WEIGHTS).fill(of(inset));
    }
    if (fusion.isPresent()) {
      HubTensors.Source.of(fusionFolder(dir), HubFolder.FUSION_WEIGHTS).fill(ofFusion());
    }
    List<Entry> heads = heads();
    if (heads.isEmpty()) {
      return;
    }
    if (Files.exists(dir.resolve(HubFolder.HEAD_WEIGHTS)) || !adapted.save().isEmpty()) {
      HubTensors.Source.of(dir, HubFolder.HEAD_WEIGHTS).fill(heads);
    } else {
      heads.forEach(e -> notes.add(dir + " brings no " + e.name() + "; the model's own stays"));
    }
  }
}
