package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The Llama family (Touvron et al. 2023), equal to transformers' modeling_llama.py. */
final class Llama {
  private static final Map<String, UnaryOperator<Tensor>> ACTIVATIONS =
      Map.of(
          "silu", torch::silu,
          "swish", torch::silu,
          "gelu", torch::gelu,
          "relu", torch::relu,
          "gelu_pytorch_tanh", Llama::tanhGelu);

  private Llama() {}

  static CausalLm build(ModelConfig config, Weights weights) {
    refuseUnbuilt(config);
    long hidden = config.hiddenSize();
    long vocab = config.vocabSize();
    if (config.heads() % config.kvHeads() != 0) {
      throw new UserError(
          "%s: num_attention_heads %d is no multiple of num_key_value_heads %d"
              .formatted(config.file(), config.heads(), config.kvHeads()));
    }
    Parameter table = weights.take("model.embed_tokens.weight", vocab, hidden);
    long pad = config.padId().orElse(-1);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      blocks.add(block(config, weights, i));
    }
    Slot norm = norm(config, weights, "model.norm");
    if (config.tied()) {
      weights.ignore("lm_head.weight");
    }
    Dense head =
        config.tied() ? new Dense(table, null) : weights.dense("lm_head", false, vocab, hidden);
    return new CausalLm(
        config,
        weights.compute(),
        new Slot("model.embed_tokens", new Lookup(table, pad)),
        blocks,
        norm,
        new Slot("lm_head", head),
        weights.taken());
  }

  private static Block block(ModelConfig config, Weights weights, int i) {
    String at = "model.layers." + i + ".";
    long hidden = config.hiddenSize();
    long inner = config.integer("intermediate_size");
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    boolean qkvo = config.flag("attention_bias", false);
    boolean mlp = config.flag("mlp_bias", false);
    return new Block(
        norm(config, weights, at + "input_layernorm"),
        new Attention(
            i,
            weights.slot(at + "self_attn.q_proj", qkvo, queries, hidden),
            weights.slot(at + "self_attn.k_proj", qkvo, keys, hidden),
            weights.slot(at + "self_attn.v_proj", qkvo, keys, hidden),
            weights.slot(at + "self_attn.o_proj", qkvo, hidden, queries),
            config.headDim()),
        norm(config, weights, at + "post_attention_layernorm"),
        new Mlp(
            weights.slot(at + "mlp.gate_proj", mlp, inner, hidden),
            weights.slot(at + "mlp.up_proj", mlp, inner, hidden),
            weights.slot(at + "mlp.down_proj", mlp, hidden, inner),
            activation(config)));
  }

  private static UnaryOperator<Tensor> activation(ModelConfig config) {
    String name = config.text("hidden_act", "silu");
    UnaryOperator<Tensor> found = ACTIVATIONS.get(name);
    if (found == null) {
      throw new UserError(
          "%s: hidden_act %s is not built; known are %s"
              .formatted(config.file(), name, ACTIVATIONS.keySet().stream().sorted().toList()));
    }
    return found;
  }

  private static Slot norm(ModelConfig config, Weights weights, String path) {
    return new Slot(
        path,
        new RmsNorm(
            weights.take(path + ".weight", config.hiddenSize()),
            config.number("rms_norm_eps", 1e-6)));
  }

  /** An option that would change the result and is not built is an error that names it. */
  private static void refuseUnbuilt(ModelConfig config) {
    JsonNode quantised = config.json().path("quantization_config");
    if (quantised.isObject()) {
      throw new UserError(
          "%s: quantization_config (%s) is not built; give the model in 16 or 32 bits"
              .formatted(config.file(), quantised.path("quant_method").asText("unknown")));
    }
    if (config.number("attention_dropout", 0) != 0) {
      throw new UserError(
          "%s: attention_dropout other than 0 is not built; set it to 0".formatted(config.file()));
    }
  }

  private static Tensor tanhGelu(Tensor x) {
    return torch.gelu(x, "tanh");
  }
}
