package dev.luthier.quant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a file says beside the bytes of a quantised weight: JSON, written to the byte as Python
 * writes it, since bitsandbytes packs it into a tensor.
 *
 * @param type nf4, fp4 or {@link #INT8}
 * @param block weights that share a scale
 * @param dtype the type that the weight had
 * @param offset the mean of the scales, where they are quantised too
 */
record QuantState(String type, int block, ScalarType dtype, long[] shape, OptionalDouble offset) {
  /** Our own type: bitsandbytes has no layout for 8-bit blockwise weights. */
  static final String INT8 = "int8_blockwise";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, ScalarType> TYPES =
      Map.of(
          "float32", ScalarType.Float, "bfloat16", ScalarType.BFloat16, "float16", ScalarType.Half);

  /** A type as Python spells it. */
  static String spelled(ScalarType type) {
    return TYPES.entrySet().stream()
        .filter(e -> e.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no weights of " + type));
  }

  /** {"quant_type": "nf4", "blocksize": 64, ...}. */
  byte[] json() {
    String text =
        "{\"quant_type\": \"%s\", \"blocksize\": %d, \"dtype\": \"%s\", \"shape\": %s"
            .formatted(type, block, spelled(dtype), Arrays.toString(shape));
    if (offset.isPresent()) {
      text +=
          ", \"nested_blocksize\": %d, \"nested_dtype\": \"float32\", \"nested_offset\": %s"
              .formatted(Scales.Double.BLOCK, python(offset.getAsDouble()));
    }
    return (text + "}").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @param place file and tensor, for errors
   * @throws UserError if it is not such a text or says what is not built
   */
  static QuantState parse(String place, byte[] json) {
    JsonNode node;
    try {
      node = JSON.readTree(new String(json, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new UserError(place + " is not JSON: " + UserError.reason(e), e);
    }
    ScalarType dtype = TYPES.get(node.path("dtype").asText());
    long[] shape = new long[node.path("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = node.path("shape").path(i).asLong();
    }
    if (dtype == null || shape.length == 0 || Arrays.stream(shape).anyMatch(s -> s < 1)) {
      throw new UserError(place + " lacks the weight's dtype or shape, it is " + node);
    }
    JsonNode offset = node.path("nested_offset");
    if (offset.isNumber() && node.path("nested_blocksize").asInt() != Scales.Double.BLOCK) {
      throw new UserError(
          "%s: nested_blocksize %s is not built, %d is"
              .formatted(place, node.path("nested_blocksize"), Scales.Double.BLOCK));
    }
    return new QuantState(
        node.path("quant_type").asText(),
        node.path("blocksize").asInt(),
        dtype,
        shape,
        offset.isNumber() ? OptionalDouble.of(offset.asDouble()) : OptionalDouble.empty());
  }

  /** How many weights it is. */
  long count() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** A number as Python prints it: the fewest digits that give it back. */
  static String python(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return Double.isNaN(value) ? "NaN" : Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    int digits = 1;
    while (exact.round(new MathContext(digits)).doubleValue() != value) {
      digits++;
    }
    BigDecimal shown = exact.round(new MathContext(digits)).stripTrailingZeros();
    int exponent = shown.precision() - shown.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return shown.scale() <= 0 ? shown.toPlainString() + ".0" : shown.toPlainString();
    }
    String figures = shown.unscaledValue().abs().toString();
    return "%s%s%se%s%02d"
        .formatted(
            value < 0 ? "-" : "",
            figures.charAt(0),
            figures.length() > 1 ? "." + figures.substring(1) : "",
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }
}
