package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * An encoder without a head, whose states make one vector for each sequence (Reimers and Gurevych
 * 2019), equal to sentence-transformers. Letters: N tokens, B sequences, H width.
 */
public final class SentenceEncoder implements Model {
  private static final String POOLER = "pooler.dense";
  private final Frame frame;
  private final Trunk trunk;
  private final Pooling pooling;

  private SentenceEncoder(Frame frame, Trunk trunk, Pooling pooling) {
    this.frame = frame;
    this.trunk = trunk;
    this.pooling = pooling;
  }

  /** Whether a folder holds an encoder without a head. */
  static boolean fits(ModelConfig config) {
    return EncoderFamily.has(config)
        && (config.json().path("architectures").isEmpty()
            || Architecture.is(config, Architecture.BARE));
  }

  /**
   * Loads an encoder from a folder of any head, with the pooling that the folder's modules.json
   * asks for; without that file, the mean.
   *
   * @throws dev.luthier.error.UserError as {@link CausalLm#load}, and for another pooling than
   *     {@link Pooling} has
   */
  public static SentenceEncoder load(Path dir, Compute compute) {
    return load(dir, compute, SentenceFiles.read(dir));
  }

  /** The same with a pooling of the caller's. */
  public static SentenceEncoder load(Path dir, Compute compute, Pooling pooling) {
    ModelConfig found = ModelConfig.read(dir);
    EncoderFamily family = EncoderFamily.of(found);
    ModelConfig config = Architecture.as(found, Architecture.BARE);
    return Loading.from(
        dir,
        config,
        family.prefix(),
        compute,
        weights -> {
          Parts parts = new Parts(config, weights);
          Trunk trunk = family.trunk().apply(parts, "");
          List<Slot> slots = new ArrayList<>(trunk.slots());
          if (weights.has(POOLER + ".weight")) {
            slots.add(
                parts.plain(
                    POOLER,
                    true,
                    config.hiddenSize(),
                    config.hiddenSize())); // takes no part, but is kept
          }
          new HeadParts.Saved(parts).finish();
          return new SentenceEncoder(
              Frame.of(config, weights, slots, null, List.of(trunk.stack())), trunk, pooling);
        });
  }

  @Override
  public Frame frame() {
    return frame;
  }

  @Override
  public Task task() {
    return Task.FEATURE_EXTRACTION;
  }

  public Pooling pooling() {
    return pooling;
  }

  /**
   * The state of every token, (N, H).
   *
   * @param types the tokens' segments, (N) int64; none means all zero
   */
  public Tensor hidden(Sequences input, @Nullable Tensor types) {
    return trunk.states(input, types, compute());
  }

  /** One vector for each sequence, (B, H) float32. */
  public Tensor embed(Sequences input, @Nullable Tensor types) {
    return pooling.apply(hidden(input, types), input, compute());
  }

  /** {@link Frame#save}, and the files by which sentence-transformers knows the pooling. */
  @Override
  public void save(Path dir, ScalarType dtype) {
    frame.save(dir, dtype);
    SentenceFiles.write(dir, pooling, config().hiddenSize());
  }
}
