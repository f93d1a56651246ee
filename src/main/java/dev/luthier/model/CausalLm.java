package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A decoder that predicts the next token. Letters: N tokens of the batch, H width, V vocabulary.
 */
public final class CausalLm implements Model {
  private final Frame frame;
  private final Trunk trunk;
  private final Slot head;
  private final double cap;

  /**
   * @param cap final_logit_softcapping, or 0
   */
  CausalLm(Frame frame, Trunk trunk, Slot head, double cap) {
    this.frame = frame;
    this.trunk = trunk;
    this.head = head;
    this.cap = cap;
  }

  /**
   * Loads a model folder as Hugging Face writes it: config.json and safetensors.
   *
   * @throws UserError if a file is missing or broken, the family is not built, or tensors are
   *     missing, unexpected or of the wrong shape
   */
  public static CausalLm load(Path dir, Compute compute) {
    ModelConfig config = ModelConfig.read(dir);
    Architecture.refuseOthers(config, "ForCausalLM", "GPT2LMHeadModel");
    DecoderFamily family = DecoderFamily.of(config);
    return Loading.from(
        dir,
        config,
        family.prefix(),
        compute,
        weights -> {
          CausalLm model = family.causal(config, weights);
          weights.refuseLeftovers();
          return model;
        });
  }

  Trunk trunk() {
    return trunk;
  }

  @Override
  public Frame frame() {
    return frame;
  }

  @Override
  public Task task() {
    return Task.CAUSAL_LM;
  }

  /** The state of every token after the last norm, (N, H). */
  public Tensor hidden(Sequences batch) {
    return trunk.states(batch, null, compute());
  }

  /**
   * The same with the states of virtual tokens, which stand before each sequence's own: the last of
   * them predicts its first token.
   */
  public Tensor hiddenOfAll(Sequences batch) {
    return trunk.states(trunk.layout(batch, null, compute()), null);
  }

  /**
   * The same for tokens that follow those in the cache, which then holds them too.
   *
   * @param next one sequence for each one held, in the same order
   */
  public Tensor hidden(Sequences next, KvCache cache) {
    Layout layout = trunk.layout(next, cache, compute());
    Tensor states = trunk.states(layout, null);
    layout.advance();
    return layout.real(states);
  }

  /** The scores of every token of the vocabulary, (N, H) -> (N, V) in float32. */
  public Tensor logits(Tensor hidden) {
    Tensor scores = head.apply(frame.exit().current().apply(hidden)).to(ScalarType.Float);
    return cap == 0 ? scores : scores.div(Ops.scalar(cap)).tanh().mul(Ops.scalar(cap));
  }

  /**
   * The head's matrix (V, H), if it is frozen and the scores are no more than its product with the
   * states.
   */
  public Optional<Tensor> plainHead() {
    return cap == 0
            && frame.exit().untouched()
            && head.current() instanceof Dense dense
            && dense.bias() == null
            && !dense.weight().trainable()
        ? Optional.of(dense.weight().value())
        : Optional.empty();
  }

  /** The scores at some of the batch's tokens, (M) -> (M, V): the head sees no others. */
  public Tensor logits(Sequences batch, Tensor positions) {
    return logits(hidden(batch).index_select(0, positions));
  }

  /** An empty cache; the caller closes it. */
  public KvCache cache(int sequences, int capacity) {
    return new KvCache(config(), compute(), config().layers(), sequences, capacity);
  }

  /** Computes steps over a cache in few operations, where the model's layers allow it. */
  Optional<StepPass> steps(KvCache cache) {
    return StepPass.of(trunk, cache, compute());
  }

  /** How many virtual tokens stand before every sequence; the cache holds them too. */
  int virtualTokens() {
    return trunk.stack().virtualTokens();
  }

  public Slot embedding() {
    return trunk.embedding().table();
  }

  public Slot head() {
    return head;
  }

  /** True where table and head are one matrix now. */
  public boolean tied() {
    return frame.tied();
  }
}
