package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A model that scores every token, such as the names in a text. Letters: N tokens, L labels. */
public final class TokenClassifier implements Model {
  private final Frame frame;
  private final Trunk trunk;
  private final TokenHead head;
  private final Labels labels;

  private TokenClassifier(Frame frame, Trunk trunk, TokenHead head, Labels labels) {
    this.frame = frame;
    this.trunk = trunk;
    this.head = head;
    this.labels = labels;
  }

  /**
   * Loads a folder that holds one, equal to transformers' AutoModelForTokenClassification.
   *
   * @throws dev.luthier.error.UserError as {@link CausalLm#load}, and if the folder is another kind
   *     of model
   */
  public static TokenClassifier load(Path dir, Compute compute) {
    ModelConfig config = ModelConfig.read(dir);
    Architecture.refuseOthers(config, Architecture.TOKEN);
    return build(dir, config, compute, Labels.of(config), HeadParts.Saved::new);
  }

  /** Loads any encoder or decoder as one: {@link Classifier#load(Path, Compute, Labels, long)}. */
  public static TokenClassifier load(Path dir, Compute compute, Labels labels, long seed) {
    ModelConfig found = ModelConfig.read(dir);
    boolean own = Architecture.is(found, Architecture.TOKEN);
    ModelConfig config = labels.into(Architecture.as(found, Architecture.TOKEN));
    String below = Family.of(config).prefix();
    return build(
        dir, config, compute, labels, parts -> new HeadParts.Fresh(parts, below, own, seed));
  }

  private static TokenClassifier build(
      Path dir,
      ModelConfig config,
      Compute compute,
      Labels labels,
      Function<Parts, HeadParts> heads) {
    Family family = Family.of(config);
    return Loading.from(
        dir,
        config,
        family.prefix(),
        compute,
        weights -> {
          Parts parts = new Parts(config, weights);
          Trunk trunk = family.below(parts);
          HeadParts own = heads.apply(parts);
          TokenHead head = family.tagger(own, labels.count());
          own.finish();
          List<Slot> slots = new ArrayList<>(trunk.slots());
          slots.add(head.map());
          return new TokenClassifier(
              Frame.of(config, weights, slots, null, List.of(trunk.stack())), trunk, head, labels);
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
    return Task.TOKEN_CLS;
  }

  public Labels labels() {
    return labels;
  }

  /**
   * The scores of every token, (N, L) float32.
   *
   * @param types the tokens' segments, (N) int64; none means all zero
   */
  public Tensor logits(Sequences input, @Nullable Tensor types) {
    return head.apply(trunk.states(input, types, compute()));
  }
}
