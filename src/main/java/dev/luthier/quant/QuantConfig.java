package dev.luthier.quant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Storage;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What config.json says of quantised weights, under {@value #KEY}. */
public final class QuantConfig {
  public static final String KEY = "quantization_config";

  private static final String METHOD = "quant_method";
  private static final String BITSANDBYTES = "bitsandbytes";
  private static final String OURS = "luthier";

  private QuantConfig() {}

  /**
   * The entry as transformers writes it; for 8-bit blockwise weights, which it does not know, one
   * of our own.
   *
   * @param kept the linear maps that are not quantised, by their paths
   * @param dtype what the weights are computed in
   */
  public static ObjectNode of(Storage storage, List<String> kept, ScalarType dtype) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    if (storage instanceof FourBit kind) {
      out.put("_load_in_4bit", true);
      out.put("_load_in_8bit", false);
      out.put("bnb_4bit_compute_dtype", QuantState.spelled(dtype));
      out.put("bnb_4bit_quant_storage", "uint8");
      out.put("bnb_4bit_quant_type", kind.code().spelling());
      out.put("bnb_4bit_use_double_quant", kind.doubled());
      out.put("llm_int8_enable_fp32_cpu_offload", false);
      out.put("llm_int8_has_fp16_weight", false);
      kept.forEach(out.putArray("llm_int8_skip_modules")::add);
      out.put("llm_int8_threshold", 6.0);
      out.put("load_in_4bit", true);
      out.put("load_in_8bit", false);
      out.put(METHOD, BITSANDBYTES);
    } else if (storage instanceof EightBit kind) {
      out.put("blocksize", kind.block());
      kept.forEach(out.putArray("modules_to_not_convert")::add);
      out.put(METHOD, OURS);
      out.put("quant_type", QuantState.INT8);
    } else {
      throw new IllegalArgumentException("no files hold weights as " + storage);
    }
    return out;
  }

  /** Whether a config.json says that weights are quantised. */
  public static boolean in(JsonNode config) {
    return config.path(KEY).isObject();
  }

  /**
   * Passes a config.json whose weights are not quantised, or in a way that {@link QuantFiles}
   * reads.
   *
   * @throws UserError naming the method that is not built
   */
  public static void refuseOthers(Path file, JsonNode config) {
    if (!in(config)) {
      return;
    }
    JsonNode entry = config.path(KEY);
    String method = entry.path(METHOD).asText(BITSANDBYTES); // old files do not name it
    boolean eight = method.equals(BITSANDBYTES) && entry.path("load_in_8bit").asBoolean();
    if (eight || !List.of(BITSANDBYTES, OURS).contains(method)) {
      throw new UserError(
          "%s: %s by %s is not built; give the model in 16 or 32 bits, or as bitsandbytes' nf4 or fp4"
              .formatted(file, KEY, eight ? "LLM.int8 (load_in_8bit)" : method));
    }
  }
}
