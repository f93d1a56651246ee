package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Folders as AdapterHub's adapters library has them. One adapter is adapter_config.json with
 * adapter.safetensors; several are a folder each below adapter_setup.json, which says how they work
 * together; a fusion has a folder among them. Heads stand in model_head.safetensors.
 */
final class HubFolder {
  static final String WEIGHTS = "adapter.safetensors";
  static final String FUSION = "adapter_fusion_config.json";
  static final String FUSION_WEIGHTS = "model_adapter_fusion.safetensors";
  static final String SETUP = "adapter_setup.json";
  static final String HEAD = "head_config.json";
  static final String HEAD_WEIGHTS = "model_head.safetensors";

  private HubFolder() {}

  /** Whether a folder is of this kind: PEFT's files name their peft_type, these do not. */
  static boolean is(Path dir) {
    if (Files.exists(dir.resolve(SETUP)) || Files.exists(dir.resolve(FUSION))) {
      return true;
    }
    Path file = dir.resolve(HubConfig.FILE);
    if (!Files.exists(file)) {
      return false;
    }
    JsonNode json = HubConfig.json(file);
    return !json.has("peft_type") && json.path("config").isObject();
  }

  /** Whether a method is kept in such folders. */
  static boolean keeps(Peft peft) {
    return peft instanceof Bottleneck
        || peft instanceof Compacter
        || peft instanceof MadX
        || peft instanceof AdapterFusion;
  }

  /** The method in a folder. */
  static AdapterConfig read(Path dir) {
    List<String> save = saved(dir);
    if (!Files.exists(dir.resolve(SETUP))) {
      if (Files.exists(dir.resolve(FUSION))) {
        throw new UserError(
            dir + " holds a fusion without its adapters; give the folder above, with " + SETUP);
      }
      HubConfig config = HubConfig.read(dir);
      return new AdapterConfig(config.peft(save), config.task(), config.base(), config.notes());
    }
    JsonNode setup = HubConfig.json(dir.resolve(SETUP)).path("adapter_setup");
    List<Path> children = folders(dir);
    return switch (setup.path("type").asText()) {
      case "Stack" -> stack(children, save);
      case "Fuse" -> HubFusion.read(dir, children, save);
      default ->
          throw new UserError(
              "%s: type %s is not built; known are Fuse, Stack"
                  .formatted(dir.resolve(SETUP), setup.path("type")));
    };
  }

  /** The folders of single adapters, those of a setup in its order, else the folder itself. */
  static List<Path> folders(Path dir) {
    Path file = dir.resolve(SETUP);
    if (!Files.exists(file)) {
      return List.of(dir);
    }
    List<Path> out = new ArrayList<>();
    for (JsonNode child : HubConfig.json(file).path("adapter_setup").path("children")) {
      out.add(dir.resolve(name(child, file)));
    }
    if (out.isEmpty()) {
      throw new UserError(file + ": adapter_setup.children is missing");
    }
    return out;
  }

  /** An adapter's name: a text, or a block of this one name. */
  private static String name(JsonNode child, Path file) {
    String name =
        child.isTextual()
            ? child.asText()
            : child.path("type").asText().equals("single")
                ? child.path("children").path(0).asText("")
                : "";
    if (name.isEmpty()) {
      throw new UserError("%s: %s inside another block is not built".formatted(file, child));
    }
    Inset.checkName(file + ": the adapter's name", name);
    return name;
  }

  private static AdapterConfig stack(List<Path> children, List<String> save) {
    HubConfig top = HubConfig.read(children.get(children.size() - 1));
    List<Path> below = children.subList(0, children.size() - 1);
    Peft task = top.peft(save);
    if (below.isEmpty()) {
      return new AdapterConfig(task, top.task(), top.base(), top.notes());
    }
    if (!(task instanceof Bottleneck bottleneck)) {
      throw new UserError(
          children.get(children.size() - 1) + ": a compacter on top of others is not built");
    }
    return new AdapterConfig(new MadX(below, bottleneck), top.task(), top.base(), top.notes());
  }

  static List<String> saved(Path dir) {
    Path head = dir.resolve(HEAD);
    return Files.exists(head)
        ? AdapterConfig.strings(HubConfig.json(head).path("modules_to_save"))
        : List.of();
  }

  /**
   * Adapters that were trained before, with their weights.
   *
   * @param taken names that are in use; new ones are added
   * @throws UserError if a folder is broken or holds another model's adapter
   */
  static List<Insets> frozen(Site site, List<Path> folders, List<String> taken) {
    List<Insets> out = new ArrayList<>();
    try {
      for (Path folder : folders) {
        HubConfig config = HubConfig.read(folder);
        String name = free(config.inset().name(), taken);
        taken.add(name);
        HubTensors.Source file = HubTensors.Source.of(folder, WEIGHTS, config, site.model());
        Insets one = Insets.on(site, config.inset().named(name));
        out.add(one);
        file.renamed(config.inset().name(), name)
            .fill(one.weights().stream().map(Entry::of).toList());
      }
    } catch (UserError e) {
      out.forEach(Insets::close);
      throw e;
    }
    return out;
  }

  private static String free(String name, List<String> taken) {
    String out = name;
    for (int i = 2; taken.contains(out); i++) {
      out = name + "_" + i;
    }
    return out;
  }

  /** The adapters that a method put on a model, those below before the method's own. */
  static List<Inset> insets(List<Change<?>> changes, Peft peft) {
    List<Inset> out = new ArrayList<>();
    changes.stream()
        .flatMap(change -> maps(change.with()).stream())
        .map(BottleneckMap::inset)
        .filter(inset -> !out.contains(inset))
        .forEach(out::add);
    if (peft instanceof MadX own) {
      Inset task = own.task().inset();
      out.remove(task);
      out.add(task);
    }
    return out;
  }

  private static List<BottleneckMap> maps(Object joint) {
    if (joint instanceof BottleneckMap.Stacked stacked) {
      return stacked.maps();
    }
    return joint instanceof FusionMap fusion ? fusion.maps() : List.of();
  }

  /** The name of the fusion on a model. */
  static Optional<String> fusion(List<Change<?>> changes) {
    return changes.stream()
        .map(Change::with)
        .filter(FusionMap.class::isInstance)
        .map(joint -> ((FusionMap) joint).names())
        .findFirst();
  }

  /** AdapterHub's name for what a model is. */
  static String modelClass(Model model) {
    return model.config().json().path("architectures").path(0).asText("");
  }
}
