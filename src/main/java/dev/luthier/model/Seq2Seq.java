package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * An encoder that reads a source and a decoder that writes a target behind it, each pair by itself.
 * Letters: N tokens of the sources, M of the decoder's inputs, H width, V vocabulary.
 */
public final class Seq2Seq implements Model {
  private final Frame frame;
  private final T5Stack.Encoder encoder;
  private final T5Stack.Decoder decoder;
  private final Slot head;
  private final double scale;
  private final int start;

  /**
   * @param scale what the states are multiplied by before the head
   */
  Seq2Seq(Frame frame, T5Stack.Encoder encoder, T5Stack.Decoder decoder, Slot head, double scale) {
    this.frame = frame;
    this.encoder = encoder;
    this.decoder = decoder;
    this.head = head;
    this.scale = scale;
    this.start = T5.start(frame.config());
  }

  /** Whether config.json is that of such a model, built or not. */
  public static boolean isOne(ModelConfig config) {
    return T5.isOne(config) || config.flag("is_encoder_decoder", false);
  }

  /**
   * Loads a model folder as Hugging Face writes it: config.json and safetensors.
   *
   * @throws UserError if a file is missing or broken, the family is not built, or tensors are
   *     missing, unexpected or of the wrong shape
   */
  public static Seq2Seq load(Path dir, Compute compute) {
    ModelConfig config = ModelConfig.read(dir);
    if (!T5.isOne(config)) {
      throw new UserError(
          "%s: model_type \"%s\" is not built as an encoder with a decoder; known are mt5, t5"
              .formatted(config.file(), config.modelType()));
    }
    Architecture.refuseOthers(config, "T5ForConditionalGeneration", "T5WithLMHeadModel");
    return Loading.from(
        dir,
        config,
        "",
        compute,
        weights -> {
          Seq2Seq model = T5.model(config, weights);
          weights.refuseLeftovers();
          return model;
        });
  }

  @Override
  public Frame frame() {
    return frame;
  }

  @Override
  public Task task() {
    return Task.SEQ_2_SEQ_LM;
  }

  /** What the encoder makes of every token, (N, H). */
  public Tensor encode(Sequences source) {
    Layout layout = encoder.trunk().layout(source, null, compute());
    return layout.real(encoder.states(layout));
  }

  /**
   * The decoder's state of every token of its input, (M, H), which sees its own sequence up to
   * itself and all of the source.
   *
   * @param decoderInput a sequence for each source: see {@link #decoderInput}
   */
  public Tensor hidden(Sequences source, Sequences decoderInput) {
    return hidden(source(source, null), decoderInput);
  }

  /**
   * The same where inputs may share a source: {@code of} names each one's. It is read once, but for
   * rows of several tasks, each of which may read it in its own way.
   */
  public Tensor hidden(Sequences source, int[] of, Sequences decoderInput) {
    return tasks().several()
        ? hidden(source.at(of), decoderInput)
        : hidden(source(source, null).each(of, compute()), decoderInput);
  }

  private Tensor hidden(Source seen, Sequences decoderInput) {
    Layout layout = decoder.trunk().layout(decoderInput, null, seen, compute());
    return layout.real(decoder.states(layout));
  }

  /** Reads sources into an empty cache, a row for each. */
  void read(Sequences sources, KvCache into) {
    source(sources, into);
  }

  /** What the decoder sees of sources, virtual tokens among them. */
  private Source source(Sequences sources, @Nullable KvCache into) {
    Layout from = encoder.trunk().layout(sources, null, compute());
    return decoder.source(encoder.states(from), from.batch, into, compute());
  }

  /**
   * The states of tokens that follow those in the cache, which then holds them too.
   *
   * @param sources what {@link #read} filled, with the same rows as the cache
   */
  Tensor hidden(Sequences next, KvCache cache, KvCache sources) {
    Source seen = Source.held(sources, decoder.crosses().size(), compute());
    Layout layout = decoder.trunk().layout(next, cache, seen, compute());
    Tensor states = decoder.states(layout);
    layout.advance();
    return layout.real(states);
  }

  /** Whether a place sees tokens of the source; all others see those of the decoder. */
  public boolean ofSource(Place<?> place) {
    String path = place.path();
    return path.startsWith("encoder.")
        || path.startsWith("encoder:")
        || decoder.crosses().stream().anyMatch(c -> c.qkv().k() == place || c.qkv().v() == place);
  }

  /** How many virtual tokens stand before what the decoder writes. */
  int virtualTokens() {
    return decoder.trunk().stack().virtualTokens();
  }

  /** How many virtual tokens stand before a source, for the decoder. */
  int virtualSourceTokens() {
    return encoder.trunk().stack().prompt().current().length();
  }

  /** An empty cache for the decoder's own tokens or for sources; the caller closes it. */
  KvCache cache(int sequences, int capacity) {
    return new KvCache(config(), compute(), decoder.crosses().size(), sequences, capacity);
  }

  /** The scores of every token of the vocabulary, (M, H) -> (M, V) in float32. */
  public Tensor logits(Tensor hidden) {
    Tensor states = scale == 1 ? hidden : hidden.mul(Ops.scalar(scale));
    return head.apply(frame.exit().current().apply(states)).to(ScalarType.Float);
  }

  /** The scores at some of the decoder's tokens, (K) -> (K, V): the head sees no others. */
  public Tensor logits(Sequences source, Sequences decoderInput, Tensor positions) {
    return logits(hidden(source, decoderInput).index_select(0, positions));
  }

  /**
   * What the decoder reads to predict these labels: token i of the input predicts label i.
   *
   * @param labels -100 where there is none
   */
  public Sequences decoderInput(List<int[]> labels) {
    int pad = T5.pad(config());
    return Sequences.of(labels.stream().map(l -> T5.shiftRight(l, start, pad)).toList(), compute());
  }

  /** The token that the decoder begins with. */
  public int start() {
    return start;
  }

  public Slot head() {
    return head;
  }

  /** True where table and head are one matrix now. */
  public boolean tied() {
    return frame.tied();
  }
}
