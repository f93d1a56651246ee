package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A model that scores whole sequences: classes, several labels at once, or numbers such as a
 * reward. Encoders look at the first token, decoders at the last. Letters: B sequences, N tokens, L
 * labels.
 */
public final class Classifier implements Model {
  private final Frame frame;
  private final Trunk trunk;
  private final SequenceHead head;
  private final Labels labels;

  private Classifier(Frame frame, Trunk trunk, SequenceHead head, Labels labels) {
    this.frame = frame;
    this.trunk = trunk;
    this.head = head;
    this.labels = labels;
  }

  /**
   * Loads a folder that holds a classifier, equal to transformers'
   * AutoModelForSequenceClassification.
   *
   * @throws dev.luthier.error.UserError as {@link CausalLm#load}, and if the folder is another kind
   *     of model
   */
  public static Classifier load(Path dir, Compute compute) {
    ModelConfig config = ModelConfig.read(dir);
    Architecture.refuseOthers(config, Architecture.SEQUENCE);
    return build(dir, config, compute, Labels.of(config), HeadParts.Saved::new);
  }

  /** Whether a folder with this configuration holds one. */
  public static boolean isOne(ModelConfig config) {
    return Architecture.is(config, Architecture.SEQUENCE);
  }

  /** Whether the head looks at a sequence's last token. */
  public boolean readsLast() {
    return head instanceof SequenceHead.Last;
  }

  /**
   * Loads any encoder or decoder as a classifier of these labels: with the folder's head where it
   * is one for sequences and as wide, else with a new one. {@link Frame#notes} tell what is new and
   * what of the folder is not used.
   *
   * @param seed of what is new
   * @throws dev.luthier.error.UserError as {@link CausalLm#load}
   */
  public static Classifier load(Path dir, Compute compute, Labels labels, long seed) {
    ModelConfig found = ModelConfig.read(dir);
    boolean own = Architecture.is(found, Architecture.SEQUENCE);
    ModelConfig config = labels.into(Architecture.as(found, Architecture.SEQUENCE));
    String below = Family.of(config).prefix();
    return build(
        dir, config, compute, labels, parts -> new HeadParts.Fresh(parts, below, own, seed));
  }

  private static Classifier build(
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
          SequenceHead head = family.scorer(own, labels.count());
          own.finish();
          List<Slot> slots = new ArrayList<>(trunk.slots());
          slots.addAll(head.slots());
          return new Classifier(
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
    return Task.SEQ_CLS;
  }

  public Labels labels() {
    return labels;
  }

  /**
   * The scores of every sequence, (B, L) float32.
   *
   * @param types the tokens' segments, (N) int64; none means all zero
   */
  public Tensor logits(Sequences input, @Nullable Tensor types) {
    Layout layout = trunk.layout(input, null, compute());
    return head.apply(trunk.states(layout, types), layout.batch.all(), compute());
  }

  /**
   * The scores as if each sequence ended at these tokens, (M, L) float32: what a decoder thinks on
   * its way. Only where the head {@link #readsLast}.
   *
   * @param positions (M) int64 among all tokens
   */
  public Tensor logitsAt(Sequences input, Tensor positions) {
    Tensor states = trunk.states(input, null, compute()).index_select(0, positions); // (M, H)
    return ((SequenceHead.Last) head).score().apply(states.to(ScalarType.Float));
  }

  /** Makes every score 0, whatever is read: where a new head begins that is to learn values. */
  public void scoreNothing() {
    try (AutoGradMode off = Ops.noGrad()) {
      head.slots().forEach(s -> s.base().weights().values().forEach(p -> p.value().zero_()));
    }
  }
}
