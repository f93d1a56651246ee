package dev.luthier.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes what plans of memory look at, without a model: a folder of a shape whose weights' file has
 * a header and nothing behind it but a hole, a tokenizer of one token a word, and rows of words.
 */
final class Likeness {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WORDS = 100;

  private Likeness() {}

  /** A Llama of this shape in bfloat16; its file takes no room on the disk. */
  static Path folder(Path dir, Shape s) {
    try {
      Files.createDirectories(dir);
      ObjectNode config = JSON.createObjectNode();
      config.putArray("architectures").add("LlamaForCausalLM");
      config.put("model_type", "llama");
      config.put("vocab_size", s.vocabulary());
      config.put("hidden_size", s.hidden());
      config.put("intermediate_size", s.inner());
      config.put("num_hidden_layers", s.layers());
      config.put("num_attention_heads", s.heads());
      config.put("num_key_value_heads", s.kvHeads());
      config.put("head_dim", s.headDim());
      config.put("max_position_embeddings", 1 << 17);
      config.put("rms_norm_eps", 1e-5);
      config.put("rope_theta", 500_000.0);
      config.put("tie_word_embeddings", s.tied());
      config.put("bos_token_id", 1).put("eos_token_id", 2).put("pad_token_id", 0);
      JSON.writeValue(dir.resolve("config.json").toFile(), config);
      JSON.writeValue(dir.resolve("tokenizer.json").toFile(), tokenizer());
      ObjectNode tokens = JSON.createObjectNode();
      tokens.put("bos_token", "<s>").put("eos_token", "</s>").put("pad_token", "<pad>");
      JSON.writeValue(dir.resolve("tokenizer_config.json").toFile(), tokens);
      weights(dir.resolve("model.safetensors"), s);
      return dir;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode tokenizer() {
    ObjectNode out = JSON.createObjectNode();
    out.put("version", "1.0");
    out.putNull("normalizer");
    out.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    ObjectNode model = out.putObject("model");
    model.put("type", "WordLevel").put("unk_token", "w0");
    ObjectNode vocabulary = model.putObject("vocab");
    vocabulary.put("<pad>", 0).put("<s>", 1).put("</s>", 2);
    for (int i = 0; i < WORDS; i++) {
      vocabulary.put("w" + i, i + 3);
    }
    return out;
  }

  private static void weights(Path file, Shape s) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    long h = s.hidden();
    long q = (long) s.heads() * s.headDim();
    long kv = (long) s.kvHeads() * s.headDim();
    shapes.put("model.embed_tokens.weight", new long[] {s.vocabulary(), h});
    for (int i = 0; i < s.layers(); i++) {
      String at = "model.layers." + i + ".";
      shapes.put(at + "input_layernorm.weight", new long[] {h});
      shapes.put(at + "self_attn.q_proj.weight", new long[] {q, h});
      shapes.put(at + "self_attn.k_proj.weight", new long[] {kv, h});
      shapes.put(at + "self_attn.v_proj.weight", new long[] {kv, h});
      shapes.put(at + "self_attn.o_proj.weight", new long[] {h, q});
      shapes.put(at + "post_attention_layernorm.weight", new long[] {h});
      shapes.put(at + "mlp.gate_proj.weight", new long[] {s.inner(), h});
      shapes.put(at + "mlp.up_proj.weight", new long[] {s.inner(), h});
      shapes.put(at + "mlp.down_proj.weight", new long[] {h, s.inner()});
    }
    shapes.put("model.norm.weight", new long[] {h});
    if (!s.tied()) {
      shapes.put("lm_head.weight", new long[] {s.vocabulary(), h});
    }
    ObjectNode header = JSON.createObjectNode();
    long end = 0;
    for (Map.Entry<String, long[]> e : shapes.entrySet()) {
      long bytes = 2;
      ObjectNode node = header.putObject(e.getKey()).put("dtype", "BF16");
      node.set("shape", JSON.valueToTree(e.getValue()));
      for (long size : e.getValue()) {
        bytes *= size;
      }
      node.putArray("data_offsets").add(end).add(end + bytes);
      end += bytes;
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(text);
    while (out.hasRemaining()) {
      out.put((byte) ' ');
    }
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.write(out.array());
      raw.setLength(8 + padded + end);
    }
  }

  /** So many different words. */
  static String words(int count, int seed) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int word = (int) Math.floorMod(seed * 31L + i * (7L + seed % 13) + (long) i * i, WORDS);
      out.append(i == 0 ? "w" : " w").append(word);
    }
    return out.toString();
  }
}
