package dev.luthier.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * What a key of config.json means where it is absent: the defaults of transformers' configuration
 * classes that are not the same for all families.
 */
final class FamilyDefaults {
  private static final Map<String, String> OF =
      Map.ofEntries(
          Map.entry("llama", "{}"),
          Map.entry("mistral", "{'num_key_value_heads': 8, 'sliding_window': 4096}"),
          Map.entry("qwen2", "{'num_key_value_heads': 32, 'sliding_window': 4096}"),
          Map.entry(
              "qwen3", "{'num_key_value_heads': 32, 'head_dim': 128, 'sliding_window': 4096}"),
          Map.entry(
              "gemma2",
              "{'num_key_value_heads': 4, 'head_dim': 256, 'query_pre_attn_scalar': 256,"
                  + " 'sliding_window': 4096, 'final_logit_softcapping': 30.0,"
                  + " 'attn_logit_softcapping': 50.0, 'tie_word_embeddings': true}"),
          Map.entry(
              "gemma3_text",
              "{'num_key_value_heads': 4, 'head_dim': 256, 'query_pre_attn_scalar': 256,"
                  + " 'sliding_window': 4096, 'tie_word_embeddings': true}"),
          Map.entry("phi3", "{'rms_norm_eps': 1e-5, 'original_max_position_embeddings': 4096}"),
          Map.entry(
              "smollm3",
              "{'num_key_value_heads': 4, 'rope_theta': 2000000.0, 'tie_word_embeddings': true,"
                  + " 'no_rope_layer_interval': 4}"),
          Map.entry("olmo2", "{'rms_norm_eps': 1e-5}"),
          Map.entry("gpt2", "{'n_positions': 1024, 'tie_word_embeddings': true}"),
          Map.entry("gpt_neox", "{'classifier_dropout': 0.1}"),
          Map.entry("opt", "{'tie_word_embeddings': true}"),
          Map.entry("bert", "{'tie_word_embeddings': true, 'pad_token_id': 0}"),
          Map.entry("roberta", "{'tie_word_embeddings': true, 'pad_token_id': 1}"),
          Map.entry("t5", "{'tie_word_embeddings': true, 'pad_token_id': 0, 'd_kv': 64}"),
          Map.entry(
              "mt5",
              "{'tie_word_embeddings': true, 'pad_token_id': 0, 'd_kv': 64,"
                  + " 'decoder_start_token_id': 0, 'feed_forward_proj': 'gated-gelu'}"));

  private FamilyDefaults() {}

  /** The same object with the family's defaults where keys are missing. */
  static JsonNode fill(JsonNode config) {
    ObjectNode out = config.deepCopy();
    String defaults = OF.getOrDefault(config.path("model_type").asText(), "{}");
    parse(defaults)
        .properties()
        .forEach(
            e -> {
              boolean given =
                  out.has(e.getKey())
                      || (e.getKey().equals("rope_theta") && out.has("rope_parameters"));
              if (!given) {
                out.set(e.getKey(), e.getValue());
              }
            });
    return out;
  }

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows of the position table that no sequence reaches: RoBERTa counts from pad + 1. */
  static int reservedPositions(ModelConfig config) {
    return config.modelType().equals("roberta") ? config.padId().orElse(1) + 1 : 0;
  }
}
