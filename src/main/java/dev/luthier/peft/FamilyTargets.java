package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which modules of a family a method changes unless told: PEFT's lists (utils/constants.py), and
 * for families that PEFT has none for, those of their nearest kin.
 */
enum FamilyTargets {
  /** Keys, values and the feed-forward's inner activations (Liu et al. 2022, section 3.3). */
  IA3(
      Map.ofEntries(
          Map.entry("llama", "k_proj v_proj down_proj"),
          Map.entry("mistral", "k_proj v_proj down_proj"),
          Map.entry("gemma2", "q_proj v_proj down_proj"),
          Map.entry("gemma3_text", "q_proj v_proj down_proj"),
          Map.entry("qwen2", "q_proj v_proj down_proj"),
          Map.entry("qwen3", "q_proj v_proj down_proj"),
          Map.entry("phi3", "qkv_proj down_proj"), // not in PEFT
          Map.entry("smollm3", "k_proj v_proj down_proj"), // not in PEFT
          Map.entry("olmo2", "k_proj v_proj down_proj"), // not in PEFT
          Map.entry("gpt2", "c_attn mlp.c_proj"),
          Map.entry("gpt_neox", "query_key_value dense_4h_to_h"),
          Map.entry("opt", "q_proj k_proj fc2"),
          Map.entry("bert", "key value output.dense"),
          Map.entry("roberta", "key value output.dense"),
          Map.entry("t5", "k v wo"),
          Map.entry("mt5", "k v wo"))), // PEFT has wi_1, scaled at its output
  /** Of {@link #IA3}, the modules whose input is scaled. */
  IA3_FEEDFORWARD(
      Map.ofEntries(
          Map.entry("llama", "down_proj"),
          Map.entry("mistral", "down_proj"),
          Map.entry("gemma2", "down_proj"),
          Map.entry("gemma3_text", "down_proj"),
          Map.entry("qwen2", "down_proj"),
          Map.entry("qwen3", "down_proj"),
          Map.entry("phi3", "down_proj"),
          Map.entry("smollm3", "down_proj"),
          Map.entry("olmo2", "down_proj"),
          Map.entry("gpt2", "mlp.c_proj"),
          Map.entry("gpt_neox", "dense_4h_to_h"),
          Map.entry("opt", "fc2"),
          Map.entry("bert", "output.dense"),
          Map.entry("roberta", "output.dense"),
          Map.entry("t5", "wo"),
          Map.entry("mt5", "wo"))),
  LN_TUNING(
      Map.ofEntries(
          Map.entry("llama", "input_layernorm post_attention_layernorm norm"),
          Map.entry("mistral", "input_layernorm post_attention_layernorm norm"),
          Map.entry(
              "gemma2",
              "input_layernorm post_attention_layernorm pre_feedforward_layernorm"
                  + " post_feedforward_layernorm norm"),
          Map.entry(
              "gemma3_text",
              "input_layernorm post_attention_layernorm pre_feedforward_layernorm"
                  + " post_feedforward_layernorm norm"),
          Map.entry("qwen2", "post_attention_layernorm"),
          Map.entry("qwen3", "post_attention_layernorm"),
          Map.entry("phi3", "input_layernorm post_attention_layernorm norm"), // not in PEFT
          Map.entry("smollm3", "input_layernorm post_attention_layernorm norm"), // not in PEFT
          Map.entry("olmo2", "post_attention_layernorm post_feedforward_layernorm norm"), // nor
          Map.entry("gpt2", "ln_1 ln_2 ln_f"),
          Map.entry("gpt_neox", "input_layernorm post_attention_layernorm final_layer_norm"), // nor
          Map.entry("opt", "self_attn_layer_norm final_layer_norm"), // nor
          Map.entry("bert", "LayerNorm"), // nor
          Map.entry("roberta", "LayerNorm"), // nor
          Map.entry("t5", "layer_norm final_layer_norm"),
          Map.entry("mt5", "layer_norm final_layer_norm")));

  private final Map<String, String> names;

  FamilyTargets(Map<String, String> names) {
    this.names = names;
  }

  /**
   * @param given what the recipe says
   * @param key where it would say so
   * @throws UserError if neither recipe nor table knows
   */
  Targets or(Optional<Targets> given, Model model, String key) {
    return given.orElseGet(() -> of(model, key));
  }

  private Targets of(Model model, String key) {
    String type = model.config().modelType();
    String modules = names.get(type);
    if (modules == null) {
      throw new UserError(
          "%s has no default for model_type %s; name the modules".formatted(key, type));
    }
    return new Targets.Names(List.of(modules.split(" ")));
  }
}
