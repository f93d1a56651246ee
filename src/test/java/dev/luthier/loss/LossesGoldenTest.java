package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of losses.json against TRL, values and gradients. */
class LossesGoldenTest {
  private static final JsonNode GOLDEN = Golden.json(Golden.DIR.resolve("losses.json"));
  private static final JsonNode INPUTS = GOLDEN.path("preference_with_reference").path("inputs");
  private static final JsonNode SAMPLED = GOLDEN.path("grpo").path("inputs");
  private static final JsonNode PPO = GOLDEN.path("ppo");

  private static DynamicTest test(String name, Runnable check) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          try (Scope scope = new Scope()) {
            check.run();
          }
        });
  }

  private static Tensor tensor(JsonNode values) {
    float[] out = new float[values.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values.get(i).asDouble();
    }
    return Ops.floats(out, Compute.CPU);
  }

  private static Tensor leaf(JsonNode values) {
    return tensor(values).set_requires_grad(true);
  }

  /** The inputs that most sections share. */
  private static PairLogps pairs() {
    return new PairLogps(
        leaf(INPUTS.path("chosen_logps")),
        leaf(INPUTS.path("rejected_logps")),
        tensor(INPUTS.path("ref_chosen_logps")),
        tensor(INPUTS.path("ref_rejected_logps")),
        tensor(INPUTS.path("chosen_lengths")),
        tensor(INPUTS.path("rejected_lengths")));
  }

  /** 1e-4 relative, of each value. */
  private static void sameValues(Tensor ours, JsonNode theirs) {
    float[] values = Ops.toFloats(ours);
    assertThat(values).hasSize(theirs.size());
    for (int i = 0; i < values.length; i++) {
      double value = theirs.get(i).asDouble();
      assertThat((double) values[i])
          .as("value %d", i)
          .isCloseTo(value, within(1e-4 * Math.abs(value) + 1e-7));
    }
  }

  /** 1e-3 relative, of each value or of the largest where a value is small. */
  private static void sameGradient(Tensor ours, JsonNode theirs) {
    float[] values = Ops.toFloats(ours);
    double largest =
        IntStream.range(0, theirs.size())
            .mapToDouble(i -> Math.abs(theirs.get(i).asDouble()))
            .max()
            .orElse(0);
    for (int i = 0; i < values.length; i++) {
      double value = theirs.get(i).asDouble();
      assertThat((double) values[i])
          .as("gradient %d", i)
          .isCloseTo(value, within(1e-3 * Math.abs(value) + 1e-5 * largest));
    }
  }

  @TestFactory
  Stream<DynamicTest> preferenceWithReference() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : GOLDEN.path("preference_with_reference").path("cases")) {
      String name =
          "%s beta %s smoothing %s %s"
              .formatted(
                  c.path("loss_type").asText(),
                  c.path("beta"),
                  c.path("label_smoothing"),
                  c.path("f_divergence").asText());
      tests.add(
          test(
              name,
              () -> {
                PairLogps pairs = pairs();
                Tensor losses = Golden.built(() -> loss(c)).of(pairs);
                sameValues(losses, c.path("per_sequence_loss"));
                Golden.sameLoss(losses.mean().item_double(), c.path("mean").asDouble());
                losses.mean().backward();
                sameGradient(pairs.chosen().policy().grad(), c.path("grad_chosen"));
                sameGradient(pairs.rejected().policy().grad(), c.path("grad_rejected"));
              }));
    }
    return tests.stream();
  }

  /** TRL smooths labels in exo_pair, robust and both aot; elsewhere it passes the number over. */
  private static PairLoss loss(JsonNode c) {
    double beta = c.path("beta").asDouble();
    double smoothing = c.path("label_smoothing").asDouble();
    return switch (c.path("loss_type").asText()) {
      case "sigmoid" -> new Dpo(beta, 0, divergence(c), Per.ANSWER);
      case "sigmoid_norm" -> new Dpo(beta, 0, divergence(c), Per.TOKEN);
      case "hinge" -> new Hinge(beta);
      case "ipo" -> new Ipo(beta, Per.TOKEN);
      case "exo_pair" -> new ExoPair(beta, smoothing);
      case "nca_pair" -> new NcaPair(beta);
      case "robust" -> new Robust(beta, smoothing);
      case "bco_pair" -> new BcoPair(beta);
      case "sppo_hard" -> new SppoHard(beta);
      case "aot" -> new Aot(beta, smoothing);
      case "aot_unpaired" -> new AotUnpaired(beta, smoothing);
      case "apo_zero" -> new ApoZero(beta);
      case "apo_down" -> new ApoDown(beta);
      case "discopop" -> new Discopop(beta, 0.05);
      default -> throw new IllegalArgumentException(c.path("loss_type").asText());
    };
  }

  private static Divergence divergence(JsonNode c) {
    return switch (c.path("f_divergence").asText()) {
      case "reverse_kl" -> new Divergence.ReverseKl();
      case "forward_kl" -> new Divergence.ForwardKl();
      case "js_divergence" -> new Divergence.JsDivergence();
      case "alpha_divergence" -> new Divergence.AlphaDivergence(c.path("alpha").asDouble());
      default -> throw new IllegalArgumentException(c.path("f_divergence").asText());
    };
  }

  @TestFactory
  Stream<DynamicTest> orpo() {
    JsonNode c = GOLDEN.path("orpo_odds_ratio");
    return Stream.of(
        test(
            "odds ratio",
            () -> {
              Tensor chosen = leaf(c.path("avg_chosen_logps"));
              Tensor rejected = leaf(c.path("avg_rejected_logps"));
              Tensor one = torch.ones_like(chosen).detach();
              PairLogps pairs = new PairLogps(new Logps(chosen, one), new Logps(rejected, one));
              Orpo orpo = new Orpo(c.path("beta").asDouble());
              Tensor term = orpo.oddsRatio(pairs).mul(Ops.scalar(-orpo.lambda()));
              sameValues(term, c.path("term"));
              term.mean().backward();
              sameGradient(chosen.grad(), c.path("grad_chosen"));
              sameGradient(rejected.grad(), c.path("grad_rejected"));
            }));
  }

  @TestFactory
  Stream<DynamicTest> cpoAndSimPo() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : GOLDEN.path("cpo_simpo")) {
      String name =
          "%s beta %s alpha %s"
              .formatted(c.path("loss_type").asText(), c.path("beta"), c.path("alpha"));
      tests.add(test(name, () -> sameValues(withoutReference(c), c.path("losses"))));
    }
    return tests.stream();
  }

  private static Tensor withoutReference(JsonNode c) {
    double beta = c.path("beta").asDouble();
    double gamma = c.path("gamma").asDouble();
    double alpha = c.path("alpha").asDouble();
    return switch (c.path("loss_type").asText()) {
      case "sigmoid" -> new Cpo(beta, 0, new Convex.Logistic()).of(pairs());
      case "hinge" -> new Cpo(beta, 0, new Convex.Hinge()).of(pairs());
      case "ipo" -> // f squared of twice the beta, times 1 / (4 beta^2)
          new Cpo(2 * beta, 0, new Convex.Squared()).of(pairs()).div(Ops.scalar(4 * beta * beta));
      case "simpo" ->
          (alpha == 0 ? new SimPo(beta, gamma) : new AlphaPo(beta, gamma, alpha)).of(pairs());
      default -> throw new IllegalArgumentException(c.path("loss_type").asText());
    };
  }

  @TestFactory
  Stream<DynamicTest> kto() {
    JsonNode c = GOLDEN.path("kto");
    return Stream.of(
        test(
            "kto",
            () -> {
              Kto kto =
                  new Kto(
                      c.path("beta").asDouble(),
                      c.path("desirable_weight").asDouble(),
                      c.path("undesirable_weight").asDouble());
              Tensor mismatched = tensor(c.path("kl_logps"));
              Tensor origin =
                  Kto.origin(
                      new Logps(
                          mismatched, torch.ones_like(mismatched), tensor(c.path("ref_kl_logps"))));
              assertThat(origin.item_double()).isCloseTo(c.path("kl").asDouble(), within(1e-5));
              PairLogps pairs = pairs();
              Tensor good = torch.ones_like(pairs.chosen().tokens());
              Tensor chosen = kto.of(pairs.chosen(), good, origin);
              Tensor rejected = kto.of(pairs.rejected(), torch.zeros_like(good), origin);
              sameValues(chosen.div(Ops.scalar(kto.desirableWeight())), c.path("chosen_losses"));
              sameValues(
                  rejected.div(Ops.scalar(kto.undesirableWeight())), c.path("rejected_losses"));
              Golden.sameLoss(
                  Ops.cat(0, chosen, rejected).mean().item_double(), c.path("loss").asDouble());
            }));
  }

  @TestFactory
  Stream<DynamicTest> rewardModel() {
    JsonNode c = GOLDEN.path("reward_model");
    Supplier<PairLabels> margins = () -> PairLabels.by(tensor(c.path("margin")));
    double centering = c.path("center_coefficient").asDouble();
    return Stream.of(
        test("plain", () -> sameReward(c, "loss", 0, PairLabels.PLAIN)),
        test("margin", () -> sameReward(c, "loss_with_margin", 0, margins.get())),
        test("centred", () -> sameReward(c, "loss_centered", centering, PairLabels.PLAIN)));
  }

  private static void sameReward(JsonNode c, String loss, double centering, PairLabels labels) {
    Tensor chosen = tensor(c.path("chosen"));
    Loss ours =
        new BradleyTerry(centering).of(chosen, tensor(c.path("rejected")), labels, chosen.numel());
    Golden.sameLoss(ours.total().item_double(), c.path(loss).asDouble());
  }

  @TestFactory
  Stream<DynamicTest> grpo() {
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(test("advantages", LossesGoldenTest::sameAdvantages));
    int at = 0;
    for (JsonNode c : GOLDEN.path("grpo").path("cases")) {
      String name =
          "%d %s %s beta %s"
              .formatted(
                  at++,
                  c.path("loss_type").asText(),
                  c.path("importance_sampling_level").asText(),
                  c.path("beta"));
      tests.add(test(name, () -> sameStep(c)));
    }
    return tests.stream();
  }

  private static void sameAdvantages() {
    SampledAnswers inputs = SampledAnswers.of(SAMPLED);
    sameTo(inputs.advantages(ScaleRewards.GROUP), SAMPLED.path("advantages_group_std"));
    sameTo(inputs.advantages(ScaleRewards.NONE), SAMPLED.path("advantages_no_scale"));
  }

  /** Value, gradient and measures of one step. */
  private static void sameStep(JsonNode c) {
    SampledAnswers inputs = SampledAnswers.of(SAMPLED);
    PolicyLoss loss = Golden.built(() -> policyLoss(c));
    double beta = c.path("beta").asDouble();
    Tensor advantages = inputs.answers().spread(inputs.advantages(ScaleRewards.GROUP));
    boolean padded = loss instanceof Luspo && beta > 0;
    KlPenalty kl = beta == 0 || padded ? new KlPenalty.None() : penalty(c, beta);
    Loss ours = new PolicyObjective(loss, kl).of(inputs.tokens(), advantages, inputs.step());
    Tensor total = ours.total();
    if (padded) { // TRL's mean of what answers pay is one of the padded batch, padding with it
      total = total.add(inputs.paddedKl().mean().mul(Ops.scalar(beta)));
    }
    double theirs = c.path("loss").asDouble();
    assertThat(total.item_double()).isCloseTo(theirs, within(1e-4 * Math.abs(theirs) + 1e-7));
    total.backward();
    sameGradient(inputs.padded().grad(), SampledAnswers.flat(c.path("grad")));
    c.path("metrics")
        .properties()
        .forEach(m -> sameMetric(m.getKey(), m.getValue().asDouble(), loss, inputs, ours));
  }

  private static KlPenalty penalty(JsonNode c, double beta) {
    return c.path("use_bias_correction_kl").asBoolean()
        ? new KlPenalty.InLossWeighted(beta, KlEstimator.K3)
        : new KlPenalty.InLoss(beta, KlEstimator.K3);
  }

  private static PolicyLoss policyLoss(JsonNode c) {
    double low = c.path("epsilon_low").asDouble();
    double high = c.path("epsilon_high").asDouble();
    JsonNode bound = c.path("delta");
    Optional<Double> delta = bound.isNumber() ? Optional.of(bound.asDouble()) : Optional.empty();
    boolean whole = c.path("importance_sampling_level").asText().equals("sequence");
    RatioLevel level = whole ? RatioLevel.SEQUENCE : RatioLevel.TOKEN;
    return switch (c.path("loss_type").asText()) {
      case "grpo" -> new Grpo(low, Optional.of(high), delta, level);
      case "bnpo" -> new Bnpo(low, Optional.of(high), delta, level);
      case "dr_grpo" -> new DrGrpo(low, Optional.of(high), delta, level);
      case "dapo" -> new Dapo(low, high, delta, level);
      case "luspo" -> new Luspo(low, high, delta);
      case "cispo" -> new Cispo(high);
      case "sapo" ->
          new Sapo(
              c.path("sapo_temperature_pos").asDouble(1),
              c.path("sapo_temperature_neg").asDouble(1.05));
      case "vespo" ->
          new Vespo(
              c.path("vespo_k_pos").asDouble(2),
              c.path("vespo_lambda_pos").asDouble(3),
              c.path("vespo_k_neg").asDouble(3),
              c.path("vespo_lambda_neg").asDouble(2));
      default -> throw new IllegalArgumentException(c.path("loss_type").asText());
    };
  }

  private static void sameMetric(
      String name, double theirs, PolicyLoss loss, SampledAnswers inputs, Loss ours) {
    double value =
        switch (name) {
          case "entropy" -> theirs; // the fixed inputs have none
          case "kl" -> inputs.kl();
          case "clip_ratio/low_mean" -> SampledAnswers.term(ours, "clip_ratio_low");
          case "clip_ratio/high_mean" -> SampledAnswers.term(ours, "clip_ratio_high");
          case "clip_ratio/region_mean" -> SampledAnswers.term(ours, "clip_ratio_region");
          case "clip_ratio/low_min" -> inputs.lowShares((ClippedLoss) loss).min().item_double();
          case "clip_ratio/high_max" -> inputs.highShares((ClippedLoss) loss).max().item_double();
          case "cispo_clip_ratio" -> SampledAnswers.term(ours, "cispo_clip_ratio");
          case "vespo/phi_seq_mean" -> SampledAnswers.term(ours, "vespo_phi");
          default -> throw new IllegalArgumentException(name);
        };
    assertThat(value).as(name).isCloseTo(theirs, within(1e-4 * Math.abs(theirs) + 1e-7));
  }

  /** 1e-4 relative of each value, or 1e-6 of the largest where a value is small. */
  private static void sameTo(Tensor ours, JsonNode theirs) {
    float[] values = Ops.toFloats(ours);
    double[] all =
        IntStream.range(0, theirs.size()).mapToDouble(i -> theirs.get(i).asDouble()).toArray();
    assertThat(values).hasSize(all.length);
    double largest = DoubleStream.of(all).map(Math::abs).max().orElse(0);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i])
          .as("value %d", i)
          .isCloseTo(all[i], within(1e-4 * Math.abs(all[i]) + 1e-6 * largest));
    }
  }

  @TestFactory
  Stream<DynamicTest> ppo() {
    return Stream.of(
        test("advantages, returns, whitening", LossesGoldenTest::sameEstimates),
        test("losses and gradients", LossesGoldenTest::samePpo));
  }

  private static void sameEstimates() {
    SampledAnswers inputs = SampledAnswers.of(SAMPLED, PPO.path("completion_lengths"));
    Gae gae = new Gae(PPO.path("gamma").asDouble(), PPO.path("lambda").asDouble());
    Tensor rewards = inputs.real(PPO.path("rewards"));
    Gae.Estimated ours = gae.of(rewards, inputs.real(PPO.path("values")), inputs.answers());
    sameTo(inputs.filled(ours.advantages()), SampledAnswers.flat(PPO.path("advantages")));
    sameTo(inputs.filled(ours.returns()), SampledAnswers.flat(PPO.path("returns")));
    Tensor white = Whitening.FULL.of(ours.advantages());
    sameTo(inputs.filled(white), SampledAnswers.flat(PPO.path("whitened_advantages")));
  }

  private static void samePpo() {
    SampledAnswers inputs = SampledAnswers.of(SAMPLED, PPO.path("completion_lengths"));
    Tensor advantages = inputs.real(PPO.path("whitened_advantages"));
    PpoClip clip = new PpoClip(PPO.path("cliprange").asDouble());
    Loss policy =
        new PolicyObjective(clip, new KlPenalty.None())
            .of(inputs.tokens(), advantages, inputs.step());
    Tensor values = leaf(SampledAnswers.flat(PPO.path("new_values")));
    ValueLoss loss =
        new ValueLoss(
            Optional.of(PPO.path("cliprange_value").asDouble()), PPO.path("vf_coef").asDouble());
    Loss value =
        loss.of(
            inputs.real(values),
            inputs.real(PPO.path("values")),
            inputs.real(PPO.path("returns")),
            inputs.step());
    Golden.sameLoss(policy.total().item_double(), PPO.path("pg_loss").asDouble());
    Golden.sameLoss(SampledAnswers.term(value, "vf_loss"), PPO.path("vf_loss").asDouble());
    Tensor total = policy.total().add(value.total());
    Golden.sameLoss(total.item_double(), PPO.path("loss").asDouble());
    total.backward();
    sameGradient(inputs.padded().grad(), SampledAnswers.flat(PPO.path("grad_logps")));
    sameGradient(values.grad(), SampledAnswers.flat(PPO.path("grad_values")));
  }
}
