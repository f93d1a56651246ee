package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The head of masked language models: decoder(norm(act(dense(x)))). Letters: M tokens, H width, V
 * vocabulary.
 *
 * @param decoder the output embedding, with a bias
 * @param unused a bias that files carry beside that of an untied decoder
 */
record Predictions(
    Slot dense, UnaryOperator<Tensor> act, Slot norm, Slot decoder, @Nullable Slot unused) {
  /**
   * @param table of the input tokens, which the decoder shares where config.json says so, unless
   *     the files hold two that differ
   * @param at what the names begin with
   */
  static Predictions of(
      Parts parts, Slot table, Slot dense, UnaryOperator<Tensor> act, Slot norm, String at) {
    Weights weights = parts.weights();
    ModelConfig config = parts.config();
    String own = at + "decoder.weight";
    String inner = at + "decoder.bias";
    String outer = at + "bias";
    Parameter shared = ((Lookup) table.base()).weight();
    long vocab = config.vocabSize();
    if (config.tied() && !weights.differs(own, shared)) {
      weights.ignore(own);
      weights.ignore(inner);
      Dense tied = new Dense(shared, weights.take(outer, vocab));
      return new Predictions(
          dense, act, norm, new Slot(at + "decoder", FrozenLinear.over(tied)), null);
    }
    boolean two = weights.has(inner);
    if (!two) {
      weights.rename(inner, outer);
    }
    Slot decoder = parts.outputs(at + "decoder", true, vocab, config.hiddenSize());
    Slot unused =
        two && weights.has(outer)
            ? new Slot(at.substring(0, at.length() - 1), new Unused(weights.take(outer, vocab)))
            : null;
    return new Predictions(dense, act, norm, decoder, unused);
  }

  /**
   * @param exit what stands before the decoder
   */
  Tensor apply(Tensor states, Projection exit) { // (M, H) -> (M, V)
    Tensor last = norm.apply(act.apply(dense.apply(states))); // (M, H)
    return decoder.apply(exit.apply(last)).to(ScalarType.Float);
  }

  List<Slot> slots() {
    return Stream.of(dense, norm, decoder, unused).filter(Objects::nonNull).toList();
  }
}
