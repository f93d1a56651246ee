package dev.luthier.loss;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The sampled answers of losses.json, whose rows are padded, as tokens end to end. Letters: N
 * answers, T the padded length, M tokens.
 *
 * @param json the inputs of section grpo
 * @param padded (N T) the policy's log-probabilities, a leaf
 * @param at (M) int64, where real tokens stand among N T
 * @param answers whose they are
 */
record SampledAnswers(JsonNode json, Tensor padded, Tensor at, Segments answers) {
  static SampledAnswers of(JsonNode json) {
    return of(json, json.path("completion_lengths"));
  }

  static SampledAnswers of(JsonNode json, JsonNode completionLengths) {
    JsonNode rows = json.path("per_token_logps");
    long[] lengths = new long[completionLengths.size()];
    long width = rows.get(0).size();
    long total = 0;
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = completionLengths.get(i).asLong();
      total += lengths[i];
    }
    long[] at = new long[(int) total];
    int next = 0;
    for (int i = 0; i < lengths.length; i++) {
      for (long t = 0; t < lengths[i]; t++) {
        at[next++] = i * width + t;
      }
    }
    return new SampledAnswers(
        json,
        tensor(flat(rows)).set_requires_grad(true),
        Ops.longs(at, Compute.CPU),
        Segments.ofLengths(Compute.CPU, lengths));
  }

  /** Rows one behind the other. */
  static JsonNode flat(JsonNode rows) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    rows.forEach(row -> row.forEach(out::add));
    return out;
  }

  static Tensor tensor(JsonNode values) {
    float[] out = new float[values.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values.get(i).asDouble();
    }
    return Ops.floats(out, Compute.CPU);
  }

  /** (M) of rows. */
  Tensor real(JsonNode rows) {
    return real(tensor(flat(rows)));
  }

  /** (M) of (N T). */
  Tensor real(Tensor flat) {
    return flat.index_select(0, at);
  }

  /** (N T) with zeros for padding. */
  Tensor filled(Tensor real) {
    return torch.zeros_like(padded).detach().index_add(0, at, real);
  }

  TokenLogps tokens() {
    return new TokenLogps(real(padded), real(json.path("old_per_token_logps")), answers)
        .and(real(json.path("ref_per_token_logps")));
  }

  StepSize step() {
    return StepSize.of(answers, json.path("max_completion_length").asDouble());
  }

  /** (N) */
  Tensor advantages(ScaleRewards scale) {
    Tensor rewards = tensor(json.path("rewards"));
    long size = json.path("group_size").asLong();
    long[] groups = new long[(int) (rewards.size(0) / size)];
    Arrays.fill(groups, size);
    Segments prompts = Segments.ofLengths(Compute.CPU, groups);
    return new GroupAdvantage(Baseline.GROUP, scale).of(rewards, prompts).values();
  }

  /** (N T) |y| k3, of padding too. */
  Tensor paddedKl() {
    Tensor k3 = KlEstimator.K3.of(padded, tensor(flat(json.path("ref_per_token_logps"))));
    Tensor lengths = answers.lengths(padded).unsqueeze(1); // (N, 1)
    return k3.view(answers.count(), -1).mul(lengths).view(-1);
  }

  double kl() {
    return KlEstimator.K3
        .of(tokens().policy(), real(json.path("ref_per_token_logps")))
        .mean()
        .item_double();
  }

  /** (N) the share of each answer's tokens that is clipped below. */
  Tensor lowShares(ClippedLoss loss) {
    return answers.means(loss.clip().low(ratios(loss), spreadAdvantages()));
  }

  /** (N) the share of each answer's tokens that is clipped above. */
  Tensor highShares(ClippedLoss loss) {
    return answers.means(loss.clip().high(ratios(loss), spreadAdvantages()));
  }

  private Tensor ratios(ClippedLoss loss) {
    return loss.importanceSamplingLevel().ratios(tokens());
  }

  private Tensor spreadAdvantages() {
    return answers.spread(advantages(ScaleRewards.GROUP));
  }

  static double term(Loss loss, String name) {
    return loss.terms().stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no term " + name))
        .value()
        .item_double();
  }
}
