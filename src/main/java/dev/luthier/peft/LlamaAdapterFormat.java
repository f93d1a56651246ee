package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.model.Model;
import dev.luthier.model.Stack;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** LLaMA-Adapter as PEFT's AdaptionPromptConfig has it. */
final class LlamaAdapterFormat {
  static final Format<LlamaAdapter> IT =
      new Format<>(
          "ADAPTION_PROMPT",
          LlamaAdapter.class,
          Set.of("adapter_len", "adapter_layers", "target_modules"),
          Set.of(),
          Map.of(),
          LlamaAdapterFormat::parse,
          LlamaAdapterFormat::write);

  private LlamaAdapterFormat() {}

  private static LlamaAdapter parse(JsonNode json, List<String> save) {
    int layers = json.path("adapter_layers").asInt(0);
    return new LlamaAdapter(json.path("adapter_len").asInt(0), Optional.of(layers), save);
  }

  private static Map<String, Object> write(LlamaAdapter adapter, Model model) {
    List<Stack> stacks = model.frame().stacks();
    String at = stacks.get(stacks.size() - 1).layers().get(0).beside().path();
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("adapter_len", adapter.tokens());
    out.put("adapter_layers", adapter.on(model));
    out.put("target_modules", at.substring(at.lastIndexOf('.') + 1));
    return out;
  }
}
