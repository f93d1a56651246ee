package dev.luthier.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The checked header of a safetensors file: 8 bytes little-endian length, that many bytes of JSON,
 * then the tensors' data without holes. The rules are those of the format's reference
 * implementation (github.com/huggingface/safetensors).
 *
 * @param tensors in the order of the data
 * @param start where the data begins in the file
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata, long start) {
  /** The reference implementation's limit for the header, in bytes. */
  static final long MAX_LENGTH = 100_000_000;

  static final String METADATA = "__metadata__";

  /**
   * One tensor.
   *
   * @param begin first byte, counted from the start of the data
   * @param end the byte behind the last
   */
  record Entry(String name, StoredType type, long[] shape, long begin, long end) {}

  /**
   * @param json the header's bytes
   * @param dataSize how many bytes of the file follow the header
   * @throws UserError naming the file, the tensor and the rule
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataSize) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    try (JsonParser parser = Json.MAPPER.createParser(json)) {
      // Names are read one by one so that one that occurs twice can be named.
      parser.disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw broken(file, "its header is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (!names.add(name)) {
          throw broken(file, "tensor %s occurs twice in the header", name);
        }
        parser.nextToken();
        JsonNode node = Json.MAPPER.readTree(parser);
        if (name.equals(METADATA)) {
          metadata.putAll(metadata(file, node));
        } else {
          entries.add(entry(file, name, node));
        }
      }
      if (parser.nextToken() != null) {
        throw broken(file, "its header goes on behind the JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new UserError("%s: its header is %s".formatted(file, Json.where(e)), e);
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    checkLayout(file, entries, dataSize, json.length + 8L);
    Map<String, Entry> tensors = new LinkedHashMap<>();
    entries.forEach(e -> tensors.put(e.name(), e));
    return new SafetensorsHeader(tensors, metadata, json.length + 8L);
  }

  private static Map<String, String> metadata(Path file, JsonNode node) {
    Map<String, String> out = new LinkedHashMap<>();
    if (!node.isObject()) {
      throw broken(file, "%s must map strings to strings", METADATA);
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw broken(file, "%s.%s must be a string", METADATA, field.getKey());
      }
      out.put(field.getKey(), field.getValue().textValue());
    }
    return out;
  }

  private static Entry entry(Path file, String name, JsonNode node) {
    String dtype = node.path("dtype").asText("");
    StoredType type =
        StoredType.named(dtype)
            .orElseThrow(
                () ->
                    broken(
                        file,
                        "tensor %s has dtype %s; Luthier reads %s",
                        name,
                        dtype.isEmpty() ? "(none)" : dtype,
                        StoredType.names()));
    long[] shape = longs(file, name, "shape", node.path("shape"));
    long[] offsets = longs(file, name, "data_offsets", node.path("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw broken(
          file, "tensor %s has data_offsets %s, not [begin, end]", name, Arrays.toString(offsets));
    }
    long bytes = type.size;
    try {
      for (long n : shape) {
        bytes = Math.multiplyExact(bytes, n);
      }
    } catch (ArithmeticException e) {
      throw broken(file, "tensor %s has the impossible shape %s", name, Arrays.toString(shape));
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw broken(
          file,
          "tensor %s of shape %s in %s needs %d bytes, its data_offsets %s give %d",
          name,
          Arrays.toString(shape),
          type,
          bytes,
          Arrays.toString(offsets),
          offsets[1] - offsets[0]);
    }
    return new Entry(name, type, shape, offsets[0], offsets[1]);
  }

  private static long[] longs(Path file, String tensor, String key, JsonNode node) {
    boolean whole = node.isArray();
    long[] out = new long[node.size()];
    for (int i = 0; whole && i < out.length; i++) {
      whole = node.get(i).isIntegralNumber() && node.get(i).canConvertToLong();
      out[i] = node.get(i).asLong();
      whole &= out[i] >= 0;
    }
    if (!whole) {
      throw broken(
          file, "tensor %s: %s must be a list of whole numbers >= 0, was %s", tensor, key, node);
    }
    return out;
  }

  private static void checkLayout(Path file, List<Entry> sorted, long dataSize, long start) {
    long end = 0;
    String before = "the header";
    for (Entry e : sorted) {
      if (e.begin() < end) {
        throw broken(file, "tensors %s and %s overlap at byte %d", before, e.name(), e.begin());
      }
      if (e.begin() > end) {
        throw broken(
            file,
            "%d bytes of the data between %s and tensor %s belong to no tensor",
            e.begin() - end,
            before,
            e.name());
      }
      end = e.end();
      before = e.name();
    }
    if (end > dataSize) {
      Entry cut = sorted.stream().filter(e -> e.end() > dataSize).findFirst().orElseThrow();
      throw broken(
          file,
          "it is truncated at tensor %s: %d bytes are there, %d are needed; fetch it again",
          cut.name(),
          start + dataSize,
          start + end);
    }
    if (end < dataSize) {
      throw broken(file, "its last %d bytes belong to no tensor", dataSize - end);
    }
  }

  static UserError broken(Path file, String message, Object... values) {
    return new UserError(file + ": " + message.formatted(values));
  }
}
