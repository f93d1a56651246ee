package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model of 3.4 GB (Llama's shape, width 2560, 11 layers) is mapped: neither the heap nor the
 * process grows by its size. The file is sparse, so that it costs no disk.
 */
class LargeModelTest {
  private static final int HIDDEN = 2560;
  private static final int INNER = 6912;
  private static final int VOCABULARY = 32000;
  private static final int LAYERS = 11;
  private static final long MOST = 400L << 20; // a ninth of the weights

  @Test
  void loadingMapsTheWeights(@TempDir Path dir) throws IOException {
    Path statm = Path.of("/proc/self/statm");
    assumeTrue(Files.exists(statm), "the process's size is read from /proc, which is not here");
    Files.writeString(
        dir.resolve("config.json"),
        ("{\"model_type\": \"llama\", \"vocab_size\": %d, \"hidden_size\": %d,"
                + " \"intermediate_size\": %d, \"num_hidden_layers\": %d,"
                + " \"num_attention_heads\": 20, \"num_key_value_heads\": 5,"
                + " \"max_position_embeddings\": 4096, \"tie_word_embeddings\": true}")
            .formatted(VOCABULARY, HIDDEN, INNER, LAYERS));
    long bytes = sparse(dir.resolve("model.safetensors"));
    assertThat(bytes).isGreaterThan(3_000_000_000L);
    long heap = heap();
    long resident = resident(statm);
    try (CausalLm model = CausalLm.load(dir, Compute.CPU)) {
      assertThat(heap() - heap).isLessThan(64L << 20);
      assertThat(resident(statm) - resident).isLessThan(MOST);
      assertThat(model.parameters()).hasSize(2 + 9 * LAYERS);
    }
  }

  private static long sparse(Path file) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
    shapes.put("model.norm.weight", new long[] {HIDDEN});
    for (int i = 0; i < LAYERS; i++) {
      String at = "model.layers." + i + ".";
      shapes.put(at + "input_layernorm.weight", new long[] {HIDDEN});
      shapes.put(at + "post_attention_layernorm.weight", new long[] {HIDDEN});
      shapes.put(at + "self_attn.q_proj.weight", new long[] {HIDDEN, HIDDEN});
      shapes.put(at + "self_attn.k_proj.weight", new long[] {HIDDEN / 4, HIDDEN});
      shapes.put(at + "self_attn.v_proj.weight", new long[] {HIDDEN / 4, HIDDEN});
      shapes.put(at + "self_attn.o_proj.weight", new long[] {HIDDEN, HIDDEN});
      shapes.put(at + "mlp.gate_proj.weight", new long[] {INNER, HIDDEN});
      shapes.put(at + "mlp.up_proj.weight", new long[] {INNER, HIDDEN});
      shapes.put(at + "mlp.down_proj.weight", new long[] {HIDDEN, INNER});
    }
    Map<String, Object> header = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, long[]> e : shapes.entrySet()) {
      long begin = end;
      end += 4 * (e.getValue().length == 1 ? e.getValue()[0] : e.getValue()[0] * e.getValue()[1]);
      header.put(
          e.getKey(),
          Map.of("dtype", "F32", "shape", e.getValue(), "data_offsets", List.of(begin, end)));
    }
    String json = new ObjectMapper().writeValueAsString(header);
    byte[] text = (json + " ".repeat((8 - json.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
      out.write(text);
      out.setLength(8 + text.length + end);
    }
    return end;
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long resident(Path statm) throws IOException {
    return 4096L * Long.parseLong(Files.readString(statm).split(" ")[1]);
  }
}
