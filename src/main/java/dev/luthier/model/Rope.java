package dev.luthier.model;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.outer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary positions (Su et al. 2021, eq. 34) and the ways to stretch them, equal to transformers'
 * modeling_rope_utils.py: default, linear, dynamic (NTK), llama3 and yarn.
 *
 * <p>As in transformers, {@code dynamic} depends on the longest sequence of the batch once that is
 * beyond max_position_embeddings.
 *
 * @param type one of the names above
 * @param dim the rotated part of a head
 * @param maxPositions max_position_embeddings
 * @param options the JSON object that holds factor and its kin
 */
record Rope(
    ModelConfig config, String type, int dim, double theta, int maxPositions, JsonNode options) {
  private static final List<String> TYPES =
      List.of("default", "linear", "dynamic", "llama3", "yarn");

  /**
   * cos and sin for every token.
   *
   * @param cos (N, 1, D)
   * @param sin (N, 1, D), the first half negated: rotate_half(x) * sin = roll(x, D/2) * this
   */
  record Angles(Tensor cos, Tensor sin) {
    /** x cos + rotate_half(x) sin for x (N, heads, D). */
    Tensor rotate(Tensor x) {
      return x.mul(cos).addcmul(x.roll(new long[] {x.size(2) / 2}, 2), sin);
    }
  }

  /** Reads both forms: rope_parameters (v5), and rope_theta with rope_scaling. */
  static Rope of(ModelConfig config) {
    JsonNode json = config.json();
    JsonNode options =
        json.path("rope_parameters").isObject()
            ? json.path("rope_parameters")
            : json.path("rope_scaling");
    String type = options.path("rope_type").asText(options.path("type").asText("default"));
    if (!TYPES.contains(type)) {
      throw new UserError(
          "%s: rope_type %s is not built; known are %s".formatted(config.file(), type, TYPES));
    }
    double theta = config.number(options, "rope_theta", config.number("rope_theta", 10000));
    double partial =
        config.number(options, "partial_rotary_factor", config.number("partial_rotary_factor", 1));
    int dim = (int) (config.headDim() * partial);
    if (dim != config.headDim()) {
      throw new UserError(
          "%s: partial_rotary_factor %s is not built for %s"
              .formatted(config.file(), partial, config.modelType()));
    }
    return new Rope(config, type, dim, theta, config.maxPositions(), options);
  }

  /**
   * @param positions (N) int64
   * @param longest the largest position + 1
   */
  Angles angles(Tensor positions, int longest, Compute compute) {
    Tensor freqs = outer(positions.to(ScalarType.Float), inverseFrequencies(longest, compute));
    Tensor cos = freqs.cos(); // (N, D/2)
    Tensor sin = freqs.sin();
    double scale = attentionFactor();
    if (scale != 1) {
      cos = cos.mul(Ops.scalar(scale));
      sin = sin.mul(Ops.scalar(scale));
    }
    return new Angles(
        Ops.cat(1, cos, cos).unsqueeze(1).to(compute.dtype()),
        Ops.cat(1, sin.neg(), sin).unsqueeze(1).to(compute.dtype()));
  }

  private Tensor inverseFrequencies(int longest, Compute compute) { // (D/2), float32
    return switch (type) {
      case "linear" -> plain(theta, compute).div(Ops.scalar(need("factor")));
      case "dynamic" -> {
        double factor = need("factor");
        double length = Math.max(longest, maxPositions);
        double stretch = factor * length / maxPositions - (factor - 1);
        yield plain(theta * Math.pow(stretch, dim / (dim - 2.0)), compute);
      }
      case "llama3" -> llama3(compute);
      case "yarn" -> yarn(compute);
      default -> plain(theta, compute);
    };
  }

  /** theta^(-2i/D), i = 0 .. D/2-1. */
  private Tensor plain(double base, Compute compute) {
    Tensor exponents =
        arange(new Scalar(0), new Scalar(dim), new Scalar(2), compute.options(ScalarType.Float))
            .div(Ops.scalar(dim));
    return torch.pow(Ops.scalar(base), exponents).reciprocal();
  }

  /** Llama 3.1: long waves are stretched, short ones kept, those between blended. */
  private Tensor llama3(Compute compute) {
    Tensor inv = plain(theta, compute);
    double factor = need("factor");
    double low = need("low_freq_factor");
    double high = need("high_freq_factor");
    double original = config.number(options, "original_max_position_embeddings", maxPositions);
    Tensor wave = inv.reciprocal().mul(Ops.scalar(2 * Math.PI));
    Tensor smooth =
        wave.reciprocal()
            .mul(Ops.scalar(original))
            .sub(Ops.scalar(low))
            .div(Ops.scalar(high - low));
    Tensor kept = smooth.clamp_max(new Scalar(1)).clamp_min(new Scalar(0));
    Tensor stretched = inv.div(Ops.scalar(factor));
    return stretched.add(inv.sub(stretched).mul(kept));
  }

  /** YaRN (Peng et al. 2023), section 3.2: NTK by parts. */
  private Tensor yarn(Compute compute) {
    double original = config.number(options, "original_max_position_embeddings", maxPositions);
    double low = correctionDim(config.number(options, "beta_fast", 32), original);
    double high = correctionDim(config.number(options, "beta_slow", 1), original);
    if (options.path("truncate").asBoolean(true)) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, dim - 1);
    double width = low == high ? 0.001 : high - low;
    Tensor ramp =
        arange(new Scalar(dim / 2), compute.options(ScalarType.Float))
            .sub(Ops.scalar(low))
            .div(Ops.scalar(width))
            .clamp_min(new Scalar(0))
            .clamp_max(new Scalar(1));
    Tensor inv = plain(theta, compute);
    Tensor stretched = inv.div(Ops.scalar(yarnFactor()));
    return stretched.mul(ramp).add(inv.mul(ramp.neg().add(new Scalar(1))));
  }

  private double correctionDim(double rotations, double original) {
    return dim * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private double yarnFactor() {
    double original = config.number(options, "original_max_position_embeddings", maxPositions);
    return config.number(options, "factor", maxPositions / original);
  }

  /** The factor on cos and sin: YaRN's attention temperature, 1 for all others. */
  private double attentionFactor() {
    if (!type.equals("yarn")) {
      return 1;
    }
    double mscale = config.number(options, "mscale", 0);
    double allDim = config.number(options, "mscale_all_dim", 0);
    double usual =
        mscale != 0 && allDim != 0 ? temperature(mscale) / temperature(allDim) : temperature(1);
    return config.number(options, "attention_factor", usual);
  }

  private double temperature(double mscale) {
    double factor = yarnFactor();
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private double need(String key) {
    double value = config.number(options, key, Double.NaN);
    if (Double.isNaN(value)) {
      throw new UserError("%s: rope_type %s needs %s".formatted(config.file(), type, key));
    }
    return value;
  }
}
