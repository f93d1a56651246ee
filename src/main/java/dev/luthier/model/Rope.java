package dev.luthier.model;

import static org.bytedeco.pytorch.global.torch.outer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary positions (Su et al. 2021, eq. 34), over a head or its first part; {@link RopeScaling} has
 * the ways to stretch them.
 *
 * <p>As in transformers, {@code dynamic} and {@code longrope} depend on the longest sequence of the
 * batch.
 *
 * @param scaling the angles' speeds
 * @param dim the rotated part of a head, from its start
 */
record Rope(RopeScaling scaling, int dim) {
  /**
   * cos and sin for every token.
   *
   * @param cos (N, 1, R), R the rotated part of a head
   * @param sin (N, 1, R), the first half negated: rotate_half(x) * sin = roll(x, R/2) * this
   */
  record Angles(Tensor cos, Tensor sin) {
    /** x cos + rotate_half(x) sin for x (N, heads, D); what is beyond R stays. */
    Tensor rotate(Tensor x) {
      long part = cos.size(2);
      if (part == x.size(2)) {
        return turned(x);
      }
      Tensor rest = x.narrow(2, part, x.size(2) - part);
      return Ops.cat(2, turned(x.narrow(2, 0, part)), rest);
    }

    private Tensor turned(Tensor x) {
      return x.mul(cos).addcmul(x.roll(new long[] {x.size(2) / 2}, 2), sin);
    }
  }

  /** Reads both forms: rope_parameters (v5), and rope_theta with rope_scaling. */
  static Rope of(ModelConfig config) {
    Rope rope = partial(config, 1);
    if (rope.dim != config.headDim()) {
      throw new UserError(
          "%s: partial_rotary_factor other than 1 is not built for %s"
              .formatted(config.file(), config.modelType()));
    }
    return rope;
  }

  /** The same for families that may turn a part of each head only. */
  static Rope partial(ModelConfig config, double usual) {
    JsonNode options = options(config);
    double part =
        config.number(
            options,
            "partial_rotary_factor",
            config.number("partial_rotary_factor", config.number("rotary_pct", usual)));
    double theta = config.number("rope_theta", config.number("rotary_emb_base", 10000));
    return of(config, options, theta, part);
  }

  /** From an object that holds rope_type and its kin. */
  static Rope of(ModelConfig config, JsonNode options, double usualTheta, double part) {
    int dim = (int) (config.headDim() * part);
    if (dim < 2 || dim > config.headDim() || dim % 2 != 0) {
      throw new UserError(
          "%s: partial_rotary_factor %s of heads of width %d turns %d values; it must be an even number from 2 to the width"
              .formatted(config.file(), part, config.headDim(), dim));
    }
    return new Rope(RopeScaling.of(config, options, usualTheta, dim), dim);
  }

  /** How far the positions reach: linear and dynamic stretch max_position_embeddings. */
  static int context(ModelConfig config) {
    JsonNode options = options(config);
    String type = options.path("rope_type").asText(options.path("type").asText("default"));
    double factor =
        type.equals("linear") || type.equals("dynamic")
            ? Math.max(1, config.number(options, "factor", 1))
            : 1;
    return (int) Math.min(Integer.MAX_VALUE, config.maxPositions() * factor);
  }

  private static JsonNode options(ModelConfig config) {
    JsonNode json = config.json();
    return json.path("rope_scaling").isObject()
        ? json.path("rope_scaling")
        : json.path("rope_parameters");
  }

  /**
   * @param positions (N) int64
   * @param longest the largest position + 1
   */
  Angles angles(Tensor positions, int longest, Compute compute) {
    Tensor inverse = scaling.inverseFrequencies(longest, compute);
    Tensor freqs = outer(positions.to(ScalarType.Float), inverse);
    Tensor cos = freqs.cos(); // (N, R/2)
    Tensor sin = freqs.sin();
    double scale = scaling.attentionFactor();
    if (scale != 1) {
      cos = cos.mul(Ops.scalar(scale));
      sin = sin.mul(Ops.scalar(scale));
    }
    return new Angles(
        Ops.cat(1, cos, cos).unsqueeze(1).to(compute.dtype()),
        Ops.cat(1, sin.neg(), sin).unsqueeze(1).to(compute.dtype()));
  }
}
