package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Prompt tuning as AdapterHub keeps it: prompt_tuning.prompt_tunings.NAME.prompt_embedding.weight
 * (P, E). The library puts a prompt behind the module of the embeddings. In Llama and Mistral that
 * is the table of tokens, as in PEFT; where positions or a norm come between (BERT, GPT-2), the
 * same vectors mean another model.
 */
final class HubPrompt {
  private static final String NAME = "prompt_tuning.prompt_tunings.%s.prompt_embedding.weight";
  private static final Set<String> SAME = Set.of("llama", "mistral");

  private HubPrompt() {}

  static HubKin.Told told(HubFile file, List<String> save) {
    check(file.model());
    HubKin.only(file.config(), "combine", "prefix");
    Tensor table = file.tensor("model." + NAME.formatted(file.name()));
    return new HubKin.Told(
        new PromptTuning((int) table.size(0), new Start.Random(), save),
        Map.of(VirtualTokens.GIVEN, table));
  }

  static HubKin.Written written(Adapted<?> adapted, String name) {
    check(adapted.model());
    Tensor table = VirtualTokens.given(adapted);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architecture", "prompt_tuning");
    config.put("combine", "prefix");
    config.put("prompt_length", table.size(0));
    config.put("prompt_init", "random_uniform");
    config.put("prompt_init_text", null);
    config.put("random_uniform_scale", 0.5);
    return new HubKin.Written(config, Map.of("model." + NAME.formatted(name), table));
  }

  private static void check(Model model) {
    if (!SAME.contains(model.config().modelType())) {
      throw new UserError(
          ("PEFT and AdapterHub put prompts before the tokens of %s in different places, so the same"
                  + " vectors are not the same model; only those of llama and mistral can be"
                  + " converted")
              .formatted(model.config().modelType()));
    }
  }
}
