package dev.luthier.peft;

import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which head of attention a line of a map belongs to. Letters: A query heads, G key and value
 * heads, D width of a head.
 *
 * @param module the attention's path; empty where the map is no part of one
 */
record Heads(String module, Kind kind, int a, int g, int d) {
  private static final Pattern ATTENTION =
      Pattern.compile("(.*?\\b[A-Za-z_]*(?:attn|attention)\\b).*");
  private static final Set<String> QUERY = Set.of("q_proj", "query", "q");
  private static final Set<String> KEY_VALUE = Set.of("k_proj", "v_proj", "key", "value", "k", "v");
  private static final Set<String> JOINED = Set.of("qkv_proj", "c_attn");
  private static final Set<String> INTERLEAVED = Set.of("query_key_value");
  private static final Set<String> OUTPUT = Set.of("o_proj", "out_proj", "c_proj", "dense", "o");

  /** What a map of attention makes. */
  enum Kind {
    QUERY,
    KEY_VALUE,
    /** All queries, then all keys, then all values. */
    JOINED,
    /** Head after head: its query, its key, its value. */
    INTERLEAVED,
    OUTPUT,
    NONE
  }

  static Heads of(Model model, Slot slot) {
    Matcher m = ATTENTION.matcher(slot.path().replaceAll("(Self|EncDec)Attention", "$1_attention"));
    Kind kind = m.matches() ? kind(slot.name()) : Kind.NONE;
    return new Heads(
        kind == Kind.NONE ? "" : m.group(1),
        kind,
        model.config().heads(),
        model.config().kvHeads(),
        model.config().headDim());
  }

  private static Kind kind(String name) {
    if (QUERY.contains(name)) {
      return Kind.QUERY;
    }
    if (KEY_VALUE.contains(name)) {
      return Kind.KEY_VALUE;
    }
    if (JOINED.contains(name)) {
      return Kind.JOINED;
    }
    if (INTERLEAVED.contains(name)) {
      return Kind.INTERLEAVED;
    }
    return OUTPUT.contains(name) ? Kind.OUTPUT : Kind.NONE;
  }

  /**
   * The axis that is cut: outputs, but inputs of the output map.
   *
   * @param outputs the axis of outputs
   */
  int axis(int dimensions, int outputs) {
    return dimensions == 2 && kind == Kind.OUTPUT ? 1 - outputs : outputs;
  }

  /** The unit of a line, or an empty text: the output map's bias belongs to all heads. */
  String name(int line, int dimensions) {
    if (kind == Kind.NONE || (kind == Kind.OUTPUT && dimensions == 1)) {
      return "";
    }
    int block = line / d;
    if (kind == Kind.KEY_VALUE) {
      return shared(block);
    }
    if (kind == Kind.JOINED && block >= a) {
      return shared((block - a) % g);
    }
    return module + ":" + (kind == Kind.INTERLEAVED ? block / 3 : block);
  }

  private String shared(int group) {
    return module + (g == a ? ":" : ":shared ") + group;
  }
}
