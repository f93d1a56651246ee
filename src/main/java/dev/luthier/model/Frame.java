package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.quant.QuantConfig;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A model without its mathematics: configuration, named places, weights, and the files that the
 * weights are mapped from.
 *
 * @param tasks which tasks the sequences belong to
 * @param slots every named module, in the order of a forward pass
 * @param head the output embedding, which predicts tokens, where the model has one
 * @param stacks its places that hold no weights, the encoder's before the decoder's
 * @param exit behind the last state and before the head, where the model has one
 * @param weights by their names, each once
 * @param renamed names of weights that are called otherwise in the files
 * @param notes what a reader of the files should know, such as heads that are new
 */
public record Frame(
    ModelConfig config,
    Compute compute,
    Dropout dropout,
    Tasks tasks,
    List<Slot> slots,
    @Nullable Slot head,
    List<Stack> stacks,
    Seat<Projection> exit,
    Map<String, Parameter> weights,
    Map<String, String> renamed,
    List<String> notes,
    WeightFiles files)
    implements AutoCloseable {
  private static final long SHARD_BYTES = 5_000_000_000L;

  static Frame of(
      ModelConfig config,
      Weights weights,
      List<Slot> slots,
      @Nullable Slot head,
      List<Stack> stacks) {
    return new Frame(
        config,
        weights.compute(),
        weights.dropout(),
        new Tasks(),
        slots,
        head,
        stacks,
        new Seat<>("exit", x -> x),
        weights.taken(),
        weights.renamed(),
        weights.notes(),
        weights.files());
  }

  /** True where the output embedding and an input table are one matrix now. */
  public boolean tied() {
    return head != null
        && weight(head) != null
        && slots.stream().anyMatch(s -> s != head && weight(s) == weight(head));
  }

  private static @Nullable Parameter weight(Slot slot) {
    return slot.current() instanceof Stored stored ? stored.weights().get("weight") : null;
  }

  /**
   * Writes the model as it computes now, quantised weights unpacked: safetensors, in shards where
   * large, and config.json with the type and the tie of table and head as they are.
   *
   * @param dtype the type on disk
   * @throws IllegalStateException if a place holds an adapter that is not merged
   * @throws UserError if a merged adapter left a weight that files of such a model cannot hold
   */
  public void save(Path dir, ScalarType dtype) {
    save(dir, dtype, config.vocabSize());
  }

  /**
   * The same with rows for more tokens in the token table and in the output embedding: each new row
   * is the mean of the old ones (Hewitt 2021), which transformers' resize_token_embeddings too
   * draws its rows around.
   *
   * @param vocabulary rows, at least as many as there are
   */
  public void save(Path dir, ScalarType dtype, int vocabulary) {
    TokenRows rows = new TokenRows(this, vocabulary);
    try (Scope scope = new Scope()) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      current()
          .forEach(
              (name, p) ->
                  out.put(renamed.getOrDefault(name, name), Scope.of(() -> rows.of(p).to(dtype))));
      SafetensorsWriter.writeSharded(dir, out, SHARD_BYTES);
    }
    ModelConfig written =
        config.with(json -> json.put("vocab_size", vocabulary).remove(QuantConfig.KEY));
    ConfigFile.write(written, dir, head == null ? config.tied() : tied(), dtype);
  }

  /** The weights in force by their names in the files; what is shared appears once. */
  private Map<String, Parameter> current() {
    Map<String, Parameter> out = new LinkedHashMap<>();
    for (Slot slot : slots) {
      if (!(slot.current() instanceof Stored stored)) {
        throw new IllegalStateException(slot.path() + " holds an adapter; merge it first");
      }
      stored.weights().forEach((part, p) -> put(out, slot, part, p));
    }
    return out;
  }

  private void put(Map<String, Parameter> out, Slot slot, String part, Parameter p) {
    Parameter loaded = slot.base().weights().get(part);
    boolean shares = slot == head && part.equals("weight") && sharedAtFirst();
    if (!shares && loaded != null) {
      out.put(loaded.name(), p);
    }
    boolean parted = slot == head && sharedAtFirst() && !tied();
    if (loaded == null && part.equals("bias")) {
      throw new UserError(
          "%s has a bias after merging, which files of such a model have no place for; keep the adapter beside the model"
              .formatted(slot.path()));
    }
    if (parted || loaded == null) {
      out.put(slot.path() + "." + part, p);
    }
  }

  private boolean sharedAtFirst() {
    Parameter own = head == null ? null : head.base().weights().get("weight");
    return slots.stream().anyMatch(s -> s != head && s.base().weights().get("weight") == own);
  }

  @Override
  public void close() {
    weights.values().forEach(Parameter::close);
    files.close();
  }
}
