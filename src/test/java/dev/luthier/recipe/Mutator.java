package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Breaks files of a model folder, the same way for the same random numbers. */
final class Mutator {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS).build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Put behind a key while a tree holds it twice. */
  private static final String TWICE = "@twice@";

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1",
          "2",
          "3",
          "7",
          "1000",
          "65536",
          "2147483647",
          "2147483648",
          "-2147483648",
          "4294967296",
          "9007199254740993",
          "9223372036854775807",
          "9223372036854775808",
          "1e308",
          "-0.5",
          "0.5",
          "1e-300",
          "-0.0",
          "NaN",
          "Infinity",
          "-Infinity",
          "1e999",
          "1.0",
          "1" + "0".repeat(60),
          "1" + "0".repeat(400),
          "1" + "0".repeat(2000));

  /** Names that files of this kind know, and some that none does. */
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "BPE",
          "WordPiece",
          "Unigram",
          "WordLevel",
          "ByteLevel",
          "Metaspace",
          "Digits",
          "Sequence",
          "Split",
          "Whitespace",
          "Punctuation",
          "BertPreTokenizer",
          "TemplateProcessing",
          "BertProcessing",
          "RobertaProcessing",
          "NFC",
          "NFKC",
          "Strip",
          "Replace",
          "Prepend",
          "Precompiled",
          "BertNormalizer",
          "Lowercase",
          "Fuse",
          "CTC",
          "ByteFallback",
          "FixedLength",
          "llama",
          "gemma2",
          "phi3",
          "t5",
          "bert",
          "roberta",
          "gpt2",
          "opt",
          "gpt_neox",
          "qwen3",
          "BertForMaskedLM",
          "GPT2LMHeadModel",
          "T5Model",
          "LlamaForSequenceClassification",
          "yarn",
          "longrope",
          "dynamic",
          "llama3",
          "linear",
          "gelu",
          "relu",
          "gated-gelu",
          "F16",
          "BF16",
          "F64",
          "I64",
          "BOOL",
          "U8",
          "F8_E4M3",
          "q_proj",
          ".*",
          "all-linear",
          "(a+)+$",
          "(x|x|y)*z",
          "(",
          "[",
          "(?<=a",
          "\\p{Nope}",
          "..",
          "/etc/passwd",
          "../config.json",
          "line\none\r\ntwo",
          "\u0000\u0007\u001b[31m",
          "\u2028\u0085",
          "\ud83d\ude00",
          "<|eos|>",
          "%s %d %n",
          "x".repeat(20_000));

  private static final String DEEP = "[".repeat(3000) + "]".repeat(3000);
  private static final String DEEP_OBJECT = "{\"a\":".repeat(600) + "1" + "}".repeat(600);

  private final Random random;
  private final List<String> done = new ArrayList<>();

  Mutator(long seed) {
    this.random = new Random(seed);
  }

  /** What was done, in short. */
  String done() {
    return String.join("; ", done);
  }

  /** Changes values of a JSON file mostly, its bytes at times. */
  byte[] json(byte[] file) {
    return random.nextInt(8) == 0 ? bytes(file) : written(changed(read(file)));
  }

  /** Changes the header of a safetensors file, its length, or the bytes. */
  byte[] safetensors(byte[] file) {
    return switch (random.nextInt(8)) {
      case 0 -> bytes(file);
      case 1 -> headerLength(file);
      default -> header(file);
    };
  }

  private byte[] headerLength(byte[] file) {
    long[] lengths = {
      0,
      1,
      2,
      length(file) - 1,
      length(file) + 1,
      file.length - 8,
      file.length - 7,
      100_000_000,
      100_000_001,
      Integer.MAX_VALUE,
      -1,
      Long.MIN_VALUE,
      Long.MAX_VALUE
    };
    long length = lengths[random.nextInt(lengths.length)];
    done.add("header length " + length);
    byte[] out = file.clone();
    for (int i = 0; i < 8; i++) {
      out[i] = (byte) (length >>> (8 * i));
    }
    return out;
  }

  private static int length(byte[] file) {
    return (file[0] & 255) | (file[1] & 255) << 8 | (file[2] & 255) << 16 | (file[3] & 255) << 24;
  }

  private byte[] header(byte[] file) {
    int length = length(file);
    ObjectNode header = (ObjectNode) read(Arrays.copyOfRange(file, 8, 8 + length));
    JsonNode changed = random.nextInt(3) == 0 ? changed(header) : tensors(header);
    byte[] json = written(changed);
    byte[] out = new byte[8 + json.length + file.length - 8 - length];
    for (int i = 0; i < 4; i++) {
      out[i] = (byte) (json.length >>> (8 * i));
    }
    System.arraycopy(json, 0, out, 8, json.length);
    System.arraycopy(file, 8 + length, out, 8 + json.length, file.length - 8 - length);
    return out;
  }

  private ObjectNode tensors(ObjectNode header) {
    List<String> names = new ArrayList<>();
    header.fieldNames().forEachRemaining(names::add);
    names.remove("__metadata__");
    String name = pick(names);
    ObjectNode tensor = (ObjectNode) header.get(name);
    ObjectNode other = (ObjectNode) header.get(pick(names));
    ArrayNode shape = (ArrayNode) tensor.get("shape");
    ArrayNode offsets = (ArrayNode) tensor.get("data_offsets");
    int way = random.nextInt(12);
    done.add("tensor " + name + " way " + way);
    switch (way) {
      case 0 -> shift(offsets, random.nextInt(17) - 8, 0);
      case 1 -> shift(offsets, 0, random.nextInt(17) - 8);
      case 2 -> {
        long by = random.nextInt(4000) - 2000;
        shift(offsets, by, by);
      }
      case 3 -> tensor.set("data_offsets", other.get("data_offsets").deepCopy());
      case 4 -> {
        JsonNode mine = offsets.deepCopy();
        tensor.set("data_offsets", other.get("data_offsets").deepCopy());
        other.set("data_offsets", mine);
      }
      case 5 ->
          tensor.put("dtype", pick(List.of("F16", "I32", "BF16", "F64", "I64", "BOOL", "U8")));
      case 6 -> tensor.set("shape", NODES.arrayNode().add(1L << 32).add(1L << 32));
      case 7 -> { // as many values, cut up otherwise
        ArrayNode back = NODES.arrayNode();
        for (int i = shape.size() - 1; i >= 0; i--) {
          back.add(shape.get(i));
        }
        tensor.set("shape", back.add(1));
      }
      case 8 -> {
        for (int i = 0; i < 100; i++) {
          shape.add(1);
        }
      }
      case 9 -> tensor.set("shape", NODES.arrayNode().add(0).add(Long.MAX_VALUE));
      case 10 -> header.set(name + TWICE, tensor.deepCopy());
      default -> {
        header.set(name + ".renamed", tensor);
        header.remove(name);
      }
    }
    return header;
  }

  private static void shift(ArrayNode offsets, long begin, long end) {
    offsets.set(0, NODES.numberNode(offsets.get(0).asLong() + begin));
    offsets.set(1, NODES.numberNode(offsets.get(1).asLong() + end));
  }

  private JsonNode changed(JsonNode root) {
    int changes = 1 + Math.max(0, random.nextInt(4) - 1);
    for (int i = 0; i < changes && root.size() > 0; i++) {
      change(root, "");
    }
    return root;
  }

  /** Walks down to a random place and changes what is there. */
  private void change(JsonNode at, String path) {
    List<String> keys = keys(at);
    String key = pick(keys);
    JsonNode child = child(at, key);
    String place = path + "/" + key;
    if (child.size() > 0 && random.nextInt(3) > 0) {
      change(child, place);
      return;
    }
    int way = random.nextInt(14);
    switch (way) {
      case 0, 1 -> {
        done.add("drop " + place);
        remove(at, key);
      }
      case 2 -> set(at, key, NODES.nullNode(), place);
      case 3, 4 -> set(at, key, raw(pick(NUMBERS)), place);
      case 5, 6 -> set(at, key, NODES.textNode(pick(TEXTS)), place);
      case 7 ->
          set(
              at,
              key,
              raw(pick(List.of("true", "false", "[]", "{}", "[null]", "[[]]", "{\"a\":1}"))),
              place);
      case 8 -> set(at, key, raw(pick(List.of(DEEP, DEEP_OBJECT))), place);
      case 9 -> { // two values change places
        String other = pick(keys);
        JsonNode there = child(at, other);
        set(at, key, there, place);
        set(at, other, child, path + "/" + other);
      }
      case 10 -> set(at, key, child(at, pick(keys)).deepCopy(), place);
      case 11 -> {
        if (at instanceof ObjectNode object) {
          object.set(key + TWICE, child.deepCopy());
          done.add("twice " + place);
        } else {
          ((ArrayNode) at).add(child.deepCopy());
          done.add("longer " + path);
        }
      }
      default -> nudge(at, key, child, place);
    }
  }

  /** A number near the one that is there, a text with a change, the half of a list. */
  private void nudge(JsonNode at, String key, JsonNode child, String place) {
    if (child.isNumber()) {
      double n = child.asDouble();
      double next = pick(List.of(n + 1, n - 1, n * 2, n / 2, -n, n * n, n + 0.5));
      set(at, key, next == Math.rint(next) ? NODES.numberNode((long) next) : raw("" + next), place);
    } else if (child.isArray() && child.size() > 0) {
      ((ArrayNode) child).remove(random.nextInt(child.size()));
      done.add("shorter " + place);
    } else if (child.isTextual()) {
      StringBuilder text = new StringBuilder(child.asText());
      text.insert(random.nextInt(text.length() + 1), pick(List.of("x", " ", "\n", "\\", "(", "*")));
      set(at, key, NODES.textNode(text.toString()), place);
    } else {
      set(at, key, NODES.booleanNode(!child.asBoolean()), place);
    }
  }

  private static JsonNode raw(String json) {
    return NODES.rawValueNode(new RawValue(json));
  }

  private static List<String> keys(JsonNode at) {
    List<String> out = new ArrayList<>();
    at.fieldNames().forEachRemaining(out::add);
    for (int i = 0; at.isArray() && i < at.size(); i++) {
      out.add(Integer.toString(i));
    }
    return out;
  }

  private static JsonNode child(JsonNode at, String key) {
    return at.isArray() ? at.get(Integer.parseInt(key)) : at.get(key);
  }

  private void set(JsonNode at, String key, JsonNode value, String place) {
    String text = value.toString();
    done.add(place + " = " + (text.length() > 60 ? text.substring(0, 60) + "..." : text));
    if (at instanceof ObjectNode object) {
      object.set(key, value);
    } else {
      ((ArrayNode) at).set(Integer.parseInt(key), value);
    }
  }

  private static void remove(JsonNode at, String key) {
    if (at instanceof ObjectNode object) {
      object.remove(key);
    } else {
      ((ArrayNode) at).remove(Integer.parseInt(key));
    }
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private byte[] bytes(byte[] file) {
    int way = random.nextInt(9);
    int at =
        random.nextInt(2) == 0
            ? random.nextInt(file.length)
            : random.nextInt(Math.min(file.length, 4096));
    int n = Math.min(file.length - at, 1 + random.nextInt(64));
    done.add("bytes way %d at %d, %d long".formatted(way, at, n));
    byte[] head = Arrays.copyOf(file, at);
    byte[] piece = Arrays.copyOfRange(file, at, at + n);
    byte[] rest = Arrays.copyOfRange(file, at + n, file.length);
    byte[] noise = new byte[n];
    random.nextBytes(noise);
    return switch (way) {
      case 0 -> head;
      case 1 -> join(head, rest);
      case 2 -> join(head, piece, piece, rest);
      case 3 -> join(head, new byte[n], rest);
      case 4 -> join(head, noise, piece, rest);
      case 5 -> join(head, noise, rest);
      case 6 -> new byte[0];
      case 7 -> new String(file, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_16);
      default -> {
        byte[] out = file.clone();
        for (int i = 0; i < 3; i++) {
          out[(at + random.nextInt(n)) % out.length] ^= (byte) (1 << random.nextInt(8));
        }
        yield out;
      }
    };
  }

  private static byte[] join(byte[]... parts) {
    byte[] out = new byte[Arrays.stream(parts).mapToInt(p -> p.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, out, at, part.length);
      at += part.length;
    }
    return out;
  }

  private static JsonNode read(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] written(JsonNode json) {
    try {
      return JSON.writeValueAsString(json).replace(TWICE, "").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
