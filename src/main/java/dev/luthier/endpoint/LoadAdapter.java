package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tells a server to load an adapter beside its model, or to forget it, in the manner of vLLM
 * (started with VLLM_ALLOW_RUNTIME_LORA_UPDATING=True and --enable-lora).
 *
 * @param name that requests call it by
 * @param folder as the server sees it; none: it is to be forgotten
 */
public record LoadAdapter(String name, Optional<Path> folder)
    implements EndpointRequest<LoadAdapter.Done> {

  /** Whatever was said. */
  public record Done(long in, long out) implements EndpointReply {}

  @Override
  public String path() {
    return folder.isPresent() ? "/load_lora_adapter" : "/unload_lora_adapter";
  }

  @Override
  public String json(String model) {
    ObjectNode out = new ObjectMapper().createObjectNode().put("lora_name", name);
    folder.ifPresent(path -> out.put("lora_path", path.toString()));
    return out.toString();
  }

  @Override
  public long estimate() {
    return 0;
  }

  @Override
  public Optional<Done> read(JsonNode body) {
    return Optional.of(new Done(0, 0));
  }

  @Override
  public String needed() {
    return "anything";
  }

  @Override
  public JsonNode parsed(String body) {
    return new TextNode(body);
  }
}
