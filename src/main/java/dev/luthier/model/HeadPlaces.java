package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.quant.QuantConfig;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the heads of a decoder's attention stand in its files, for those who rewrite them. Letters:
 * A query heads, G key and value heads, D width of a head, H the model's width.
 *
 * @param queries A
 * @param groups G
 * @param width D
 */
public record HeadPlaces(int queries, int groups, int width, List<Layer> layers) {
  /** What the heads of some rows are. */
  public enum Kind {
    QUERY,
    KEY,
    VALUE
  }

  /**
   * One layer's attention.
   *
   * @param maps paths of linear maps, whose rows are the heads of these kinds, one kind behind the
   *     other
   * @param output path of the map (H, A D) behind the heads
   * @param keyNorm path of the norm over all keys at once, which has D weights for each key head
   *     (OLMo 2)
   * @param normed whether queries and keys are normed behind their maps
   * @param turned how many of a head's D numbers positions turn, in pairs (i, i + turned / 2)
   */
  public record Layer(
      Map<String, List<Kind>> maps,
      String output,
      Optional<String> keyNorm,
      boolean normed,
      int turned) {}

  /** Families whose config.json says how many key and value heads there are. */
  private static final Set<String> GROUPED =
      Set.of(
          "llama",
          "mistral",
          "qwen2",
          "qwen3",
          "gemma2",
          "gemma3_text",
          "phi3",
          "smollm3",
          "olmo2");

  /** The key of config.json that says how many. */
  public static final String KEY = "num_key_value_heads";

  /**
   * Reads them from a model folder, but no weights.
   *
   * @throws UserError if the family has no grouped heads, or the weights are quantised
   */
  public static HeadPlaces of(Path dir) {
    ModelConfig config = ModelConfig.read(dir);
    if (!GROUPED.contains(config.modelType())) {
      throw new UserError(
          "%s: models of type \"%s\" have no %s, so nothing could load them with fewer; those that have are %s"
              .formatted(
                  config.file(),
                  config.modelType(),
                  KEY,
                  String.join(", ", GROUPED.stream().sorted().toList())));
    }
    if (QuantConfig.in(config.json())) {
      throw new UserError(
          "%s: the model is quantised (%s), and heads cannot be averaged in few bits; give the one that it was made of, and quantise the result"
              .formatted(config.file(), QuantConfig.KEY));
    }
    try (Model hollow = Models.load(dir, Compute.CPU.withoutWeights())) {
      return new HeadPlaces(
          config.heads(),
          config.kvHeads(),
          config.headDim(),
          trunk(hollow).blocks().stream().map(b -> layer(b.attention())).toList());
    }
  }

  private static Trunk trunk(Model model) {
    if (model instanceof CausalLm lm) {
      return lm.trunk();
    }
    return model instanceof Classifier c ? c.trunk() : ((TokenClassifier) model).trunk();
  }

  private static Layer layer(Attention attention) {
    Rope rope = attention.rope();
    int turned = rope == null ? 0 : rope.dim();
    String o = attention.o().path();
    if (attention.qkv() instanceof Qkv.Normed normed) {
      Qkv.Separate maps = (Qkv.Separate) normed.inner();
      long weights = normed.q().base().weights().values().iterator().next().count();
      Optional<String> wide = // of the queries: one key head has as many weights either way
          weights == maps.headDim() ? Optional.empty() : Optional.of(normed.k().path());
      return new Layer(separate(maps), o, wide, true, turned);
    }
    return new Layer(maps(attention.qkv()), o, Optional.empty(), false, turned);
  }

  private static Map<String, List<Kind>> maps(Qkv qkv) {
    return qkv instanceof Qkv.Joined joined
        ? Map.of(joined.qkv().path(), List.of(Kind.QUERY, Kind.KEY, Kind.VALUE))
        : separate((Qkv.Separate) qkv);
  }

  private static Map<String, List<Kind>> separate(Qkv.Separate maps) {
    Map<String, List<Kind>> out = new LinkedHashMap<>();
    out.put(maps.q().path(), List.of(Kind.QUERY));
    out.put(maps.k().path(), List.of(Kind.KEY));
    out.put(maps.v().path(), List.of(Kind.VALUE));
    return out;
  }

  /** How many heads there are of a kind. */
  public int heads(Kind kind) {
    return kind == Kind.QUERY ? queries : groups;
  }
}
