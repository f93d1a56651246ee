package dev.luthier.model;

import static org.bytedeco.pytorch.global.torch.arange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How fast each pair of values turns, and the ways to stretch that, equal to transformers'
 * modeling_rope_utils.py: default, linear, dynamic (NTK), llama3, yarn and longrope.
 *
 * @param type one of the names above
 * @param dim the rotated part of a head, D
 * @param maxPositions max_position_embeddings
 * @param options the JSON object that holds factor and its kin
 */
record RopeScaling(
    ModelConfig config, String type, int dim, double theta, int maxPositions, JsonNode options) {
  private static final List<String> TYPES =
      List.of("default", "linear", "dynamic", "llama3", "yarn", "longrope");

  /**
   * @throws UserError if the type is unknown, or lacks what it needs
   */
  static RopeScaling of(ModelConfig config, JsonNode options, double usualTheta, int dim) {
    String type = options.path("rope_type").asText(options.path("type").asText("default"));
    if (config.modelType().equals("phi3") && List.of("su", "yarn").contains(type)) {
      type = "longrope"; // what Phi-3's first files call it
    }
    if (!TYPES.contains(type)) {
      throw new UserError(
          "%s: rope_type %s is not built; known are %s".formatted(config.file(), type, TYPES));
    }
    double theta = config.number(options, "rope_theta", usualTheta);
    if (!(theta > 0)) {
      throw new UserError("%s: rope_theta must be > 0, was %s".formatted(config.file(), theta));
    }
    return new RopeScaling(config, type, dim, theta, config.maxPositions(), options);
  }

  /** Whether a place turns as far in texts of any length. */
  boolean steady() {
    return !type.equals("dynamic") && !type.equals("longrope");
  }

  Tensor inverseFrequencies(int longest, Compute compute) { // (D/2), float32
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
      case "longrope" ->
          plain(theta, compute)
              .div(factors(longest > original() ? "long_factor" : "short_factor", compute));
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
    Tensor wave = inv.reciprocal().mul(Ops.scalar(2 * Math.PI));
    Tensor smooth =
        wave.reciprocal()
            .mul(Ops.scalar(original()))
            .sub(Ops.scalar(low))
            .div(Ops.scalar(high - low));
    Tensor kept = smooth.clamp_max(new Scalar(1)).clamp_min(new Scalar(0));
    Tensor stretched = inv.div(Ops.scalar(factor));
    return stretched.add(inv.sub(stretched).mul(kept));
  }

  /** YaRN (Peng et al. 2023), section 3.2: NTK by parts. */
  private Tensor yarn(Compute compute) {
    double low = correctionDim(config.number(options, "beta_fast", 32), original());
    double high = correctionDim(config.number(options, "beta_slow", 1), original());
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
    Tensor stretched = inv.div(Ops.scalar(factor()));
    return stretched.mul(ramp).add(inv.mul(ramp.neg().add(new Scalar(1))));
  }

  private double correctionDim(double rotations, double original) {
    return dim * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  /** LongRoPE (Ding et al. 2024): one factor for each pair. */
  private Tensor factors(String key, Compute compute) {
    JsonNode list = options.path(key);
    if (!list.isArray() || list.size() != dim / 2) {
      throw new UserError(
          "%s: rope_type longrope needs %s with %d numbers, one for each pair"
              .formatted(config.file(), key, dim / 2));
    }
    float[] values = new float[dim / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) list.get(i).asDouble();
    }
    return Ops.floats(values, compute);
  }

  private double original() {
    String key = "original_max_position_embeddings";
    return config.modelType().equals("phi3")
        ? config.number(key, config.number(options, key, maxPositions))
        : config.number(options, key, config.number(key, maxPositions));
  }

  private double factor() {
    return config.number(options, "factor", maxPositions / original());
  }

  /** The factor on cos and sin: an attention temperature for yarn and longrope, else 1. */
  double attentionFactor() {
    return switch (type) {
      case "yarn" -> {
        double mscale = config.number(options, "mscale", 0);
        double allDim = config.number(options, "mscale_all_dim", 0);
        double usual =
            mscale != 0 && allDim != 0 ? temperature(mscale) / temperature(allDim) : temperature(1);
        yield config.number(options, "attention_factor", usual);
      }
      case "longrope" -> {
        double factor = factor();
        double usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original()));
        yield config.number(options, "attention_factor", usual);
      }
      default -> 1;
    };
  }

  private double temperature(double mscale) {
    double factor = factor();
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  /**
   * Keys that were turned by the short factors cannot be used with the long ones.
   *
   * @throws UserError if a sequence in the cache passes the border
   */
  void refuseCrossing(int[] starts, int longest) {
    boolean crosses =
        type.equals("longrope")
            && longest > original()
            && Arrays.stream(starts).anyMatch(s -> s > 0 && s <= original());
    if (crosses) {
      throw new UserError(
          "%s: a text that passes original_max_position_embeddings = %.0f while it is generated is not built; shorten the prompt or ask for fewer tokens"
              .formatted(config.file(), original()));
    }
  }

  private double need(String key) {
    double value = config.number(options, key, Double.NaN);
    if (Double.isNaN(value)) {
      throw new UserError("%s: rope_type %s needs %s".formatted(config.file(), type, key));
    }
    return value;
  }
}
