package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An adapter's folder of AdapterHub's while its method is made PEFT's.
 *
 * @param json its adapter_config.json
 * @param taken names of the tensors that were asked for
 */
record HubFile(Path dir, JsonNode json, Safetensors saved, Model model, Set<String> taken) {
  JsonNode config() {
    return json.path("config");
  }

  String name() {
    return json.path("name").asText("");
  }

  /** What stands between a module's path and a tensor's name. */
  String at(String kind) {
    return "." + kind + "." + name() + ".";
  }

  boolean has(String name) {
    return stored(name).isPresent();
  }

  /** A tensor in float32, whatever stands before a base model's names in the file. */
  Tensor tensor(String name) {
    String stored = stored(name).orElseThrow(() -> new UserError("there is no tensor " + name));
    taken.add(stored);
    return saved.tensor(stored).to(ScalarType.Float).clone();
  }

  private Optional<String> stored(String name) {
    return saved.infos().keySet().stream()
        .filter(n -> n.equals(name) || name.endsWith("." + n) || n.endsWith("." + name))
        .findFirst();
  }

  /**
   * @throws UserError if a tensor of the file has no place in the model
   */
  void refuseLeftovers() {
    List<String> left =
        saved.infos().keySet().stream().filter(n -> !taken.contains(n)).sorted().toList();
    if (!left.isEmpty()) {
      throw new UserError(
          "%s is an adapter for another model: %d of %d tensors have no place (first %s)"
              .formatted(dir, left.size(), saved.infos().size(), left.get(0)));
    }
  }
}
