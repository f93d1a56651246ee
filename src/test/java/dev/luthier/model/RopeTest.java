package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Heads of width 8 and a theta of 10000: pair i turns by 10000^(-i/4) = 10^-i a position, so the
 * plain angles at position 1 are 1, 0.1, 0.01, 0.001 and the waves 2 pi 10^i long.
 */
class RopeTest {
  private static final double[] PLAIN = {1, 0.1, 0.01, 0.001};
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Rope rope(String rest) {
    String json =
        "{\"model_type\": \"llama\", \"head_dim\": 8, \"hidden_size\": 8, \"num_attention_heads\": 1, "
            + rest
            + "}";
    try {
      return Rope.of(new ModelConfig(Path.of("config.json"), new ObjectMapper().readTree(json)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Options of rope_parameters for a model of 2048 positions. */
  private static Rope scaled(String options) {
    return rope(
        "\"max_position_embeddings\": 2048, \"rope_parameters\": {\"rope_theta\": 10000.0, "
            + options
            + "}");
  }

  private static Rope.Angles at(Rope rope, int position, int longest) {
    return rope.angles(Ops.longs(new long[] {position}, Compute.CPU), longest, Compute.CPU);
  }

  /** cos and sin of the four angles, times a factor; the first half of sin is negated. */
  private static void turns(Rope.Angles found, double position, double factor, double[] angles) {
    float[] cos = Ops.toFloats(found.cos());
    float[] sin = Ops.toFloats(found.sin());
    for (int i = 0; i < 4; i++) {
      double angle = position * angles[i];
      double c = factor * Math.cos(angle);
      double s = factor * Math.sin(angle);
      assertThat(new double[] {cos[i], cos[i + 4], sin[i], sin[i + 4]})
          .as("pair %d", i)
          .containsExactly(new double[] {c, c, -s, s}, within(2e-6));
    }
  }

  @Test
  void plain() {
    Rope rope = rope("\"max_position_embeddings\": 2048");
    turns(at(rope, 0, 1), 0, 1, PLAIN);
    turns(at(rope, 3, 4), 3, 1, PLAIN);
    turns(at(rope, 3, 5000), 3, 1, PLAIN); // also beyond the limit
  }

  @Test
  void bothFormsOfTheConfigSayTheSame() {
    Rope old =
        rope(
            "\"max_position_embeddings\": 2048, \"rope_theta\": 10000.0,"
                + " \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}");
    turns(at(old, 7, 8), 7 / 4.0, 1, PLAIN);
    turns(at(scaled("\"rope_type\": \"linear\", \"factor\": 4.0"), 7, 8), 7 / 4.0, 1, PLAIN);
    turns(at(rope("\"max_position_embeddings\": 8, \"rope_scaling\": null"), 7, 8), 7, 1, PLAIN);
  }

  @Test
  void dynamicStretchesBeyondTheLimit() {
    Rope rope =
        rope(
            "\"max_position_embeddings\": 16, \"rope_theta\": 10000.0,"
                + " \"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2.0}");
    turns(at(rope, 15, 16), 15, 1, PLAIN);
    // At 32 tokens theta grows by (2 x 32 / 16 - (2 - 1))^(8 / (8 - 2)) = 3^(4/3), so pair i turns
    // by (10 x 3^(1/3))^-i.
    double third = Math.cbrt(3);
    double[] stretched = {1, 0.1 / third, 0.01 / (third * third), 0.001 / 3};
    turns(at(rope, 15, 32), 15, 1, stretched);
  }

  @Test
  void llama3StretchesLongWavesOnly() {
    Rope rope =
        scaled(
            "\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
                + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 2048");
    // Waves below 2048 / 4 are kept (6.28, 62.8), above 2048 / 1 divided by 8 (6283); that of 628
    // is kept to the share (2048 / 628.3185 - 1) / (4 - 1) = 0.753164.
    double kept = (2048 / (200 * Math.PI) - 1) / 3;
    assertThat(kept).isCloseTo(0.753164, within(1e-6));
    double[] angles = {1, 0.1, 0.01 * (kept + (1 - kept) / 8), 0.001 / 8};
    turns(at(rope, 100, 101), 100, 1, angles);
  }

  @Test
  void yarnBlendsBetweenTwoDimensions() {
    Rope rope =
        scaled(
            "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 2048");
    // Pairs turn 32 times in 2048 positions at 8 ln(2048 / (32 x 2 pi)) / (2 ln 10000) = 1.008,
    // once at 2.513: kept up to 1, stretched from 3, half and half at 2. Attention is sharpened by
    // 0.1 ln 4 + 1.
    double[] angles = {1, 0.1, 0.01 * (1 + 1 / 4.0) / 2, 0.001 / 4};
    turns(at(rope, 100, 101), 100, 0.1 * Math.log(4) + 1, angles);
  }

  @Test
  void yarnTakesItsOwnBordersAndTemperature() {
    // Twice in 2048 positions: 8 ln(2048 / (4 pi)) / (2 ln 10000) = 2.2122. The border below is at
    // 1.008. Not rounded, pair 2 is stretched to the share (2 - 1.008) / (2.2122 - 1.008).
    Rope rope =
        scaled(
            "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 2048,"
                + " \"beta_slow\": 2.0, \"truncate\": false, \"attention_factor\": 0.5");
    double ln = Math.log(10000);
    double low = 4 * Math.log(2048 / (64 * Math.PI)) / ln;
    double high = 4 * Math.log(2048 / (4 * Math.PI)) / ln;
    assertThat(low).isCloseTo(1.008, within(1e-3));
    assertThat(high).isCloseTo(2.2122, within(1e-3));
    double share = (2 - low) / (high - low);
    double[] angles = {1, 0.1, 0.01 * (share / 4 + 1 - share), 0.001 / 4};
    turns(at(rope, 100, 101), 100, 0.5, angles);
    // mscale / mscale_all_dim: (0.1 x 2 ln 4 + 1) / (0.1 ln 4 + 1)
    Rope deep =
        scaled(
            "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 2048,"
                + " \"mscale\": 2.0, \"mscale_all_dim\": 1.0");
    double factor = (0.2 * Math.log(4) + 1) / (0.1 * Math.log(4) + 1);
    assertThat(Ops.toFloats(at(deep, 0, 1).cos())[0]).isCloseTo((float) factor, within(1e-6f));
  }

  @Test
  void turnsEachPairInItsPlane() {
    // (x_i, x_i+4) is a point that turns: the unit vector of pair 1 goes to (cos 0.3, sin 0.3).
    Rope rope = rope("\"max_position_embeddings\": 2048");
    Tensor x = Ops.floats(new float[] {0, 1, 0, 0, 0, 0, 0, 0}, Compute.CPU).view(1, 1, 8);
    float[] turned = Ops.toFloats(at(rope, 3, 4).rotate(x));
    float[] expected = {0, (float) Math.cos(0.3), 0, 0, 0, (float) Math.sin(0.3), 0, 0};
    assertThat(turned).containsExactly(expected, within(1e-6f));
  }

  @Test
  void productsDependOnDistanceAlone() {
    Rope rope = rope("\"max_position_embeddings\": 2048");
    Tensor q = Ops.floats(new float[] {1, -2, 3, 4, 5, -6, 7, 8}, Compute.CPU).view(1, 1, 8);
    Tensor k = Ops.floats(new float[] {2, 7, 1, -8, 2, 8, 1, 8}, Compute.CPU).view(1, 1, 8);
    double near = at(rope, 9, 10).rotate(q).mul(at(rope, 4, 5).rotate(k)).sum().item_double();
    double far = at(rope, 509, 510).rotate(q).mul(at(rope, 504, 505).rotate(k)).sum().item_double();
    assertThat(far).isCloseTo(near, within(0.01));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "dynamic", "llama3"})
  void aMissingFactorIsNamed(String type) {
    Rope rope = scaled("\"rope_type\": \"" + type + "\"");
    assertThatThrownBy(() -> at(rope, 0, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("config.json: rope_type " + type + " needs factor");
  }

  @Test
  void whatIsNotBuiltIsRefused() {
    assertThatThrownBy(() -> scaled("\"rope_type\": \"spiral\""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("config.json: rope_type spiral is not built");
    assertThatThrownBy(() -> scaled("\"partial_rotary_factor\": 0.5"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("partial_rotary_factor other than 1 is not built");
  }
}
