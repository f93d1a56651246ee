package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The parts that families are put together from, filled with a folder's weights. */
record Parts(ModelConfig config, Weights weights) {
  /** y = W x + b, whose W the run may keep packed. */
  Slot linear(String path, boolean bias, long out, long in) {
    Parameter weight = weights.take(path + ".weight", weights.packing()::matrix, out, in);
    return new Slot(path, FrozenLinear.over(new Dense(weight, bias(path, bias, out))));
  }

  /** The same for an output embedding, which is kept as tables are. */
  Slot outputs(String path, boolean bias, long out, long in) {
    Parameter weight = weights.take(path + ".weight", weights.packing()::table, out, in);
    return new Slot(path, FrozenLinear.over(new Dense(weight, bias(path, bias, out))));
  }

  /** The same where the run never packs it: heads learn, and some maps need all their bits. */
  Slot plain(String path, boolean bias, long out, long in) {
    Parameter weight = weights.take(path + ".weight", out, in);
    return new Slot(path, new Dense(weight, bias(path, bias, out)));
  }

  private @Nullable Parameter bias(String path, boolean there, long out) {
    return there ? weights.take(path + ".bias", out) : null;
  }

  /** A square map of the model's width. */
  Slot square(String path) {
    return linear(path, true, config.hiddenSize(), config.hiddenSize());
  }

  /** GPT-2's linear map, stored the other way round. */
  Slot conv1d(String path, long out, long in) {
    Parameter weight = weights.take(path + ".weight", weights.packing()::turned, in, out);
    return new Slot(path, FrozenLinear.over(new Conv1d(weight, weights.take(path + ".bias", out))));
  }

  /**
   * @param pad the row that look-ups give no gradient, or -1
   */
  Slot table(String path, long rows, long width, long pad) {
    Parameter weight = weights.take(path + ".weight", weights.packing()::table, rows, width);
    return new Slot(path, new Lookup(weight, pad));
  }

  /** The token table, whose padding row gets no gradient from look-ups. */
  Slot tokens(String path) {
    return tokens(path, config.hiddenSize(), config.padRow());
  }

  /** The token table, which a folder with a tied head may hold under the head's name. */
  Slot tokens(String path, long width, long pad) {
    if (config.tied() && !weights.has(path + ".weight")) {
      weights.readAs(path + ".weight", DecoderFamily.HEAD + ".weight");
    }
    return table(path, config.vocabSize(), width, pad);
  }

  Slot rms(String path) {
    return rms(path, config.hiddenSize());
  }

  Slot rms(String path, long width) {
    Parameter weight = weights.take(path + ".weight", width);
    return new Slot(path, new RmsNorm(weight, Bounds.atLeastZero(config, "rms_norm_eps", 1e-6)));
  }

  /** Gemma's norm, whose weights are the distance from one. */
  Slot offsetRms(String path, long width) {
    Parameter weight = weights.take(path + ".weight", width);
    return new Slot(
        path, new OffsetRmsNorm(weight, Bounds.atLeastZero(config, "rms_norm_eps", 1e-6)));
  }

  Slot layerNorm(String path, double eps) {
    long width = config.hiddenSize();
    return new Slot(
        path,
        new LayerNorm(
            width,
            weights.take(path + ".weight", width),
            weights.take(path + ".bias", width),
            eps));
  }

  /** q_proj, k_proj and v_proj below a path. */
  Qkv.Separate separate(String at, boolean bias) {
    long hidden = config.hiddenSize();
    long keys = (long) config.kvHeads() * config.headDim();
    return new Qkv.Separate(
        linear(at + "q_proj", bias, (long) config.heads() * config.headDim(), hidden),
        linear(at + "k_proj", bias, keys, hidden),
        linear(at + "v_proj", bias, keys, hidden),
        config.headDim());
  }

  /** The map back from all heads to the model's width. */
  Slot output(String path, boolean bias) {
    return linear(path, bias, config.hiddenSize(), (long) config.heads() * config.headDim());
  }

  /** gate_proj, up_proj and down_proj below a path. */
  Mlp gated(String at, boolean bias, UnaryOperator<Tensor> act) {
    long hidden = config.hiddenSize();
    long inner = config.integer("intermediate_size");
    return new Mlp.Gated(
        linear(at + "gate_proj", bias, inner, hidden),
        linear(at + "up_proj", bias, inner, hidden),
        linear(at + "down_proj", bias, hidden, inner),
        act,
        UnaryOperator.identity());
  }

  /** softmax(q k^T / sqrt(D)) v. */
  Scores dot() {
    return dot(1 / Math.sqrt(config.headDim()));
  }

  Scores dot(double scale) {
    return new Scores.Dot(scale, weights.dropout(), Bounds.share(config, "attention_dropout", 0));
  }

  UnaryOperator<Tensor> drop(String key, double otherwise) {
    return weights.dropout().at(Bounds.share(config, key, otherwise));
  }

  /** One block for each layer. */
  List<Block> layers(IntFunction<Block> make) {
    return each(config.layers(), make);
  }

  /** So many; the first that the files lack ends it before there is room for all. */
  static <T> List<T> each(int count, IntFunction<T> make) {
    List<T> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(make.apply(i));
    }
    return List.copyOf(out);
  }
}
