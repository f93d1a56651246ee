package dev.luthier;

import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Writes a model folder of Llama's shape with random weights in bfloat16 and tiny-base's tokenizer,
 * to measure memory on: {@code java ... dev.luthier.LargeLlama DIR [LAYERS]}. 16 layers are
 * Llama-3.2-1B's 1,235,814,400 weights, 2.5 GB.
 */
public final class LargeLlama {
  private static final int HIDDEN = 2048;
  private static final int INNER = 8192;
  private static final int KEYS = 512;
  private static final int VOCABULARY = 128_256;

  private LargeLlama() {}

  public static void main(String[] args) throws IOException {
    int layers = args.length > 1 ? Integer.parseInt(args[1]) : 16;
    write(Path.of(args[0]), layers);
  }

  static void write(Path dir, int layers) throws IOException {
    Files.createDirectories(dir);
    Files.writeString(
        dir.resolve("config.json"),
        ("{\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\", \"vocab_size\":"
                + " %d, \"hidden_size\": %d, \"intermediate_size\": %d, \"num_hidden_layers\": %d,"
                + " \"num_attention_heads\": 32, \"num_key_value_heads\": 8, \"head_dim\": 64,"
                + " \"max_position_embeddings\": 4096, \"rms_norm_eps\": 1e-5, \"rope_theta\":"
                + " 500000, \"tie_word_embeddings\": true, \"bos_token_id\": 1, \"eos_token_id\": 2,"
                + " \"pad_token_id\": 0, \"dtype\": \"bfloat16\"}")
            .formatted(VOCABULARY, HIDDEN, INNER, layers));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
      Files.copy(Path.of("models/tiny-base", name), dir.resolve(name));
    }
    torch.manual_seed(1);
    try (Scope scope = new Scope()) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      out.put("model.embed_tokens.weight", normal(VOCABULARY, HIDDEN));
      for (int i = 0; i < layers; i++) {
        String at = "model.layers." + i + ".";
        out.put(at + "input_layernorm.weight", ones());
        out.put(at + "self_attn.q_proj.weight", normal(HIDDEN, HIDDEN));
        out.put(at + "self_attn.k_proj.weight", normal(KEYS, HIDDEN));
        out.put(at + "self_attn.v_proj.weight", normal(KEYS, HIDDEN));
        out.put(at + "self_attn.o_proj.weight", normal(HIDDEN, HIDDEN));
        out.put(at + "post_attention_layernorm.weight", ones());
        out.put(at + "mlp.gate_proj.weight", normal(INNER, HIDDEN));
        out.put(at + "mlp.up_proj.weight", normal(INNER, HIDDEN));
        out.put(at + "mlp.down_proj.weight", normal(HIDDEN, INNER));
      }
      out.put("model.norm.weight", ones());
      SafetensorsWriter.writeSharded(dir, out, 5_000_000_000L);
    }
  }

  private static Tensor ones() {
    return torch
        .ones(new long[] {HIDDEN}, Compute.CPU.options(ScalarType.Float))
        .to(ScalarType.BFloat16);
  }

  private static Tensor normal(long rows, long columns) {
    return Scope.of(
        () ->
            torch
                .randn(new long[] {rows, columns}, Compute.CPU.options(ScalarType.Float))
                .mul_(Ops.scalar(0.02))
                .to(ScalarType.BFloat16));
  }
}
