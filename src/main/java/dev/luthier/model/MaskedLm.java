package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An encoder that predicts tokens which were hidden from it (Devlin et al. 2019, section 3.1).
 * Letters: N tokens of the batch, M of them asked for, H width, V vocabulary.
 */
public final class MaskedLm implements Model {
  private static final String WITH_SENTENCES = "ForPreTraining";
  private final Frame frame;
  private final Trunk trunk;
  private final Predictions head;

  private MaskedLm(Frame frame, Trunk trunk, Predictions head) {
    this.frame = frame;
    this.trunk = trunk;
    this.head = head;
  }

  /** Whether a folder holds a head that predicts hidden tokens. */
  static boolean holds(ModelConfig config) {
    return Architecture.is(config, Architecture.MASKED) || Architecture.is(config, WITH_SENTENCES);
  }

  /**
   * Loads a folder that holds one, equal to transformers' AutoModelForMaskedLM; of a model of
   * BERT's pre-training, without its head for the next sentence.
   *
   * @throws dev.luthier.error.UserError as {@link CausalLm#load}, and if the folder is another kind
   *     of model
   */
  public static MaskedLm load(Path dir, Compute compute) {
    ModelConfig found = ModelConfig.read(dir);
    Architecture.refuseOthers(found, Architecture.MASKED, WITH_SENTENCES);
    EncoderFamily family = EncoderFamily.of(found);
    ModelConfig config = Architecture.as(found, Architecture.MASKED);
    return Loading.from(
        dir,
        config,
        family.prefix(),
        compute,
        weights -> {
          Parts parts = new Parts(config, weights);
          Trunk trunk = family.below(parts);
          Predictions head = family.masked().apply(parts, trunk.embedding().table());
          new HeadParts.Saved(parts).finish();
          List<Slot> slots = new ArrayList<>(trunk.slots());
          slots.addAll(head.slots());
          return new MaskedLm(
              Frame.of(config, weights, slots, head.decoder(), List.of(trunk.stack())),
              trunk,
              head);
        });
  }

  @Override
  public Frame frame() {
    return frame;
  }

  @Override
  public Task task() {
    return Task.MASKED_LM;
  }

  /**
   * The state of every token, (N, H).
   *
   * @param types the tokens' segments, (N) int64; none means all zero
   */
  public Tensor hidden(Sequences input, @Nullable Tensor types) {
    return trunk.states(input, types, compute());
  }

  /** The scores of every token of the vocabulary, (M, H) -> (M, V) in float32. */
  public Tensor logits(Tensor hidden) {
    return head.apply(hidden, frame.exit().current());
  }

  /** The scores at some of the batch's tokens, (M) -> (M, V): the head sees no others. */
  public Tensor logits(Sequences input, @Nullable Tensor types, Tensor positions) {
    return logits(hidden(input, types).index_select(0, positions));
  }
}
