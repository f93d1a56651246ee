package dev.luthier.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads what {@link HubFolder} describes.
 *
 * @param save modules that are saved whole beside the task's heads
 * @param entries all that is saved
 */
record HubFiles(
    Model model,
    Peft peft,
    List<String> save,
    List<Entry> entries,
    List<Inset> insets,
    Optional<String> fusion) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private static final String VERSION = "adapters.1.1.0"; // whose keys these are

  static HubFiles of(Adapted<?> adapted) {
    return of(adapted, adapted.peft(), adapted.save(), adapted.saved(), adapted.changes());
  }

  /** One of several methods. */
  static HubFiles of(Adapted<?> adapted, int part, List<Entry> entries) {
    Peft peft = ((Together) adapted.peft()).methods().get(part);
    List<String> save = part == 0 ? adapted.save() : List.of();
    return of(adapted, peft, save, entries, adapted.attachment().parts().get(part).changes());
  }

  private static HubFiles of(
      Adapted<?> adapted,
      Peft peft,
      List<String> save,
      List<Entry> entries,
      List<Change<?>> changes) {
    return new HubFiles(
        adapted.model(),
        peft,
        save,
        entries,
        HubFolder.insets(changes, peft),
        HubFolder.fusion(changes));
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

  void save(Path dir, String base) {
    for (Inset inset : insets) {
      Path folder = made(folder(dir, inset));
      Map<String, Object> config = about(base, inset.name());
      config.put("config", HubSettings.written(inset, model));
      write(
          folder, HubFolder.WEIGHTS, HubTensors.of(inset.name(), entries), HubConfig.FILE, config);
    }
    if (peft instanceof AdapterFusion method) {
      Map<String, Object> config = about(base, fusion.orElseThrow());
      config.put("config", HubFusion.written(method));
      write(
          made(fusionFolder(dir)),
          HubFolder.FUSION_WEIGHTS,
          HubTensors.ofFusion(entries),
          HubFolder.FUSION,
          config);
    }
    if (several()) {
      AtomicFile.write(dir.resolve(HubFolder.SETUP), bytes(setup()));
    }
    List<Entry> heads = new ArrayList<>(entries);
    insets.forEach(inset -> heads.removeAll(HubTensors.of(inset.name(), entries)));
    heads.removeAll(HubTensors.ofFusion(entries));
    if (!heads.isEmpty()) {
      Map<String, Object> config = about(base, null);
      config.put("config", null);
      config.put("label2id", model.config().json().get("label2id"));
      config.put("num_labels", model.config().json().path("label2id").size());
      if (!save.isEmpty()) {
        config.put("modules_to_save", save); // which AdapterHub passes over
      }
      write(dir, HubFolder.HEAD_WEIGHTS, heads, HubFolder.HEAD, config);
    }
  }

  /** The same where an adapter is of a method that PEFT has too. */
  void save(Path dir, String base, String name, HubKin.Written written) {
    Map<String, Object> config = about(base, name);
    config.put("config", written.config());
    List<Entry> tensors = new ArrayList<>();
    written.tensors().forEach((at, value) -> tensors.add(Entry.computed(at, () -> value)));
    write(dir, HubFolder.WEIGHTS, tensors, HubConfig.FILE, config);
    save(dir, base); // the heads
  }

  private Map<String, Object> about(String base, @Nullable String name) {
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
    Entry.write(dir.resolve(weights), entries);
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
}
