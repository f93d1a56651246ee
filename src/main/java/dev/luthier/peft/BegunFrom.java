package dev.luthier.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A saved adapter that training goes on from. The method on the model must be written just as the
 * folder has it: the same tensors under another scale would be another adapter.
 *
 * @param config as the folder has it
 */
record BegunFrom(Path dir, JsonNode config) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static BegunFrom of(Path dir) {
    if (TogetherFiles.are(dir) || HubFolder.is(dir)) {
      throw new UserError(
          "adapter %s: training begins from adapters in PEFT's format of one method only"
              .formatted(dir));
    }
    Path file = dir.resolve("adapter_config.json");
    try {
      if (!Files.exists(file)) {
        throw new UserError("adapter %s: there is no adapter_config.json in it".formatted(dir));
      }
      return new BegunFrom(dir, JSON.readTree(Files.readString(file)));
    } catch (IOException e) {
      throw new UserError(file + " is not readable JSON: " + UserError.reason(e), e);
    }
  }

  /**
   * @throws UserError if the method on the model is another one, or a tensor does not fit
   */
  void fill(Adapted<?> fresh, List<String> notes) {
    if (HubFolder.keeps(fresh.peft())
        || fresh.written() instanceof Together
        || fresh.peft() instanceof Full) {
      throw new UserError(
          "adapter %s: peft %s cannot begin from it; leave adapter out"
              .formatted(dir, Methods.name(fresh.peft())));
    }
    check(AdapterConfig.write(fresh.model(), fresh.written(), fresh.save(), true, ""));
    AdapterConfig read = AdapterConfig.read(dir);
    try (AdapterFolder folder = AdapterFolder.open(dir, read)) {
      folder.fill(fresh, fresh.saved(), fresh.attachment().encoder(), notes);
    }
  }

  /** Dropout, and which model it was made for by its name, are no part of an adapter. */
  private void check(String written) {
    try {
      for (Map.Entry<String, JsonNode> own : JSON.readTree(written).properties()) {
        String key = own.getKey();
        JsonNode there = config.path(key);
        if (!key.contains("dropout")
            && !key.equals("base_model_name_or_path")
            && !key.equals("inference_mode")
            && !same(own.getValue(), there)) {
          throw new UserError(
              "adapter %s has %s %s, but peft says %s; training goes on with the peft that the adapter was made with"
                  .formatted(dir, key, there.isMissingNode() ? "nothing" : there, own.getValue()));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean same(JsonNode a, JsonNode b) {
    if (a.isArray() && b.isArray()) {
      TreeSet<String> one = new TreeSet<>();
      TreeSet<String> other = new TreeSet<>();
      a.forEach(v -> one.add(v.toString()));
      b.forEach(v -> other.add(v.toString()));
      return one.equals(other);
    }
    return a.isNumber() && b.isNumber()
        ? a.asDouble() == b.asDouble()
        : a.equals(b) || a.isNull() && b.isMissingNode();
  }
}
