package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A decoder that predicts the next token. Letters: N tokens of the batch, H width, V vocabulary.
 *
 * <p>The model owns its weights; all else that a call makes belongs to the caller's {@link Scope}.
 */
public final class CausalLm implements AutoCloseable {
  private static final long SHARD_BYTES = 5_000_000_000L;
  private final ModelConfig config;
  private final Compute compute;
  private final Slot embedding;
  private final List<Block> blocks;
  private final Slot norm;
  private final Slot head;
  private final Rope rope;
  private final Map<String, Parameter> weights;

  CausalLm(
      ModelConfig config,
      Compute compute,
      Slot embedding,
      List<Block> blocks,
      Slot norm,
      Slot head,
      Map<String, Parameter> weights) {
    this.config = config;
    this.compute = compute;
    this.embedding = embedding;
    this.blocks = blocks;
    this.norm = norm;
    this.head = head;
    this.rope = Rope.of(config);
    this.weights = weights;
  }

  /**
   * Loads a model folder as Hugging Face writes it: config.json and safetensors.
   *
   * @throws UserError if a file is missing or broken, the family is not built, or tensors are
   *     missing, unexpected or of the wrong shape
   */
  public static CausalLm load(Path dir, Compute compute) {
    ModelConfig config = ModelConfig.read(dir);
    refuseOtherHeads(config);
    try (WeightFiles files = WeightFiles.open(dir);
        Scope scope = new Scope()) {
      Weights weights = new Weights(dir, files, compute);
      CausalLm model =
          switch (config.modelType()) {
            case "llama" -> Llama.build(config, weights);
            default ->
                throw new UserError(
                    "%s: model_type \"%s\" is not built; known is llama"
                        .formatted(config.file(), config.modelType()));
          };
      weights.refuseLeftovers();
      return model;
    }
  }

  private static void refuseOtherHeads(ModelConfig config) {
    config
        .json()
        .path("architectures")
        .forEach(
            a -> {
              if (!a.asText().endsWith("ForCausalLM")) {
                throw new UserError(
                    "%s: architecture %s is not built; known are those that end in ForCausalLM"
                        .formatted(config.file(), a.asText()));
              }
            });
  }

  public ModelConfig config() {
    return config;
  }

  public Compute compute() {
    return compute;
  }

  /** The state of every token after the last norm, (N, H). */
  public Tensor hidden(Sequences batch) {
    return run(batch, null);
  }

  /**
   * The same for tokens that follow those in the cache, which then holds them too.
   *
   * @param next one sequence for each one held, in the same order
   */
  public Tensor hidden(Sequences next, KvCache cache) {
    Tensor states = run(next, cache);
    cache.advance(next.lengths());
    return states;
  }

  private Tensor run(Sequences batch, @Nullable KvCache cache) {
    Layout layout = new Layout(batch, cache, rope, compute);
    Tensor x = embedding.apply(batch.ids()).to(compute.dtype()); // (N, H)
    for (Block block : blocks) {
      x = block.apply(x, layout);
    }
    return norm.apply(x);
  }

  /** The scores of every token of the vocabulary, (N, H) -> (N, V) in float32. */
  public Tensor logits(Tensor hidden) {
    return head.apply(hidden).to(ScalarType.Float);
  }

  /** The scores at some of the batch's tokens, (M) -> (M, V): the head sees no others. */
  public Tensor logits(Sequences batch, Tensor positions) {
    return logits(hidden(batch).index_select(0, positions));
  }

  /** An empty cache; the caller closes it. */
  public KvCache cache(int sequences, int capacity) {
    return new KvCache(config, compute, sequences, capacity);
  }

  public Slot embedding() {
    return embedding;
  }

  public Slot head() {
    return head;
  }

  /** Every named module, in the order of a forward pass: table, layers, last norm, head. */
  public List<Slot> slots() {
    return Stream.of(
            Stream.of(embedding),
            blocks.stream().flatMap(b -> b.slots().stream()),
            Stream.of(norm, head))
        .flatMap(s -> s)
        .toList();
  }

  /** True where table and head are one matrix now. */
  public boolean tied() {
    return embedding.current() instanceof Lookup in
        && head.current() instanceof Dense out
        && in.weight() == out.weight();
  }

  /** Every weight by its name in the files, each once. */
  public Collection<Parameter> parameters() {
    return weights.values();
  }

  /**
   * Writes the model as it computes now: safetensors, in shards where large, and config.json with
   * the type and the tie of table and head as they are.
   *
   * @param dtype the type on disk
   * @throws IllegalStateException if a place holds an adapter that is not merged
   */
  public void save(Path dir, ScalarType dtype) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      for (Slot slot : slots()) {
        if (!(slot.current() instanceof Stored stored)) {
          throw new IllegalStateException(slot.path() + " holds an adapter; merge it first");
        }
        if (slot != head || !tied()) {
          stored.weights().forEach((n, p) -> out.put(slot.path() + "." + n, p.onHost(dtype)));
        }
      }
      SafetensorsWriter.writeSharded(dir, out, SHARD_BYTES);
    }
    config.write(dir, tied(), dtype);
  }

  @Override
  public void close() {
    weights.values().forEach(Parameter::close);
  }
}
