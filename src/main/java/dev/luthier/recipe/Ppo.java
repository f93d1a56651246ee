package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.Gae;
import dev.luthier.loss.PpoClip;
import dev.luthier.loss.ValueLoss;
import dev.luthier.loss.Whitening;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Proximal Policy Optimization (Schulman et al. 2017, https://arxiv.org/abs/1707.06347; for
 * language models Ziegler et al. 2019, https://arxiv.org/abs/1909.08593, and Ouyang et al. 2022,
 * https://arxiv.org/abs/2203.02155): a value model says before each token what will come of it, and
 * a token's advantage is by how much that was wrong.
 */
@Doc(
    "Proximal Policy Optimization: a value model says what each token is better than (arXiv"
        + " 1707.06347)")
public record Ppo(
    @Inline PpoClip loss,
    @Inline Gae estimator,
    @Inline ValueLoss valueLoss,
    @Doc("What says how an answer will end, before each of its tokens") @Default("head")
        ValueSpec value,
    @Doc("How advantages are brought to one size, over a rollout") @Default("full")
        Whitening whitenAdvantages,
    @Doc(
            value = "How the rewards of tokens are brought to one size, over a rollout",
            elsewhere = {"whiten_rewards"})
        @Default("none")
        Whitening whitenRewards,
    @Doc("What an answer pays that was cut at the limit of its length") @Default("0")
        double missingEosPenalty,
    @Inline AnswersSpec answers)
    implements AnswersMethod {
  public Ppo {
    Check.atLeast("missing_eos_penalty", 0.0, missingEosPenalty);
    answers = answers.iterating(4);
  }

  @Override
  public Optional<Valued> valued() {
    return Optional.of(new Valued(value, valueLoss));
  }

  @Override
  public void check(OptimSpec optim, Peft peft) {
    AnswersMethod.super.check(optim, peft);
    if (peft.scout().isPresent()) {
      throw new UserError(
          "peft.%s first looks for the weights that learn, which method.ppo has no answers for yet; take another, such as lora"
              .formatted(Schema.name(peft)));
    }
    value.check(optim);
  }

  @Override
  public Taught taught(Rollout rollout, KlPrice price) {
    try (Scope scope = new Scope()) {
      TokenRewards rewards =
          TokenRewards.of(
              rollout, LearntRewards.of(answers.rewards(), rollout), price, missingEosPenalty);
      Tensor values = Ops.floats(rollout.values(), Compute.CPU); // (M)
      Tensor paid = whitenRewards.of(rewards.each()); // (M)
      Gae.Estimated found = estimator.of(paid, values, rollout.segments());
      Tensor advantages = whitenAdvantages.of(found.advantages()); // (M)
      return new Taught(
          Ops.toFloats(advantages),
          Ops.toFloats(found.returns()),
          rewards.flatGroups(),
          rewards.flat() && !answers.kl().reference(),
          terms(found, values));
    }
  }

  /** Means over tokens, and how much of the returns' spread the values knew: 1 is all, 0 none. */
  private static Map<String, Double> terms(Gae.Estimated found, Tensor values) {
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("value", values.mean().item_double());
    out.put("returns", found.returns().mean().item_double());
    out.put("advantage", found.advantages().mean().item_double());
    double spread = spread(found.returns());
    double left = spread(found.returns().sub(values));
    out.put("explained_variance", spread > 0 ? 1 - left / spread : 0);
    return out;
  }

  private static double spread(Tensor of) {
    return of.sub(of.mean()).square().mean().item_double();
  }
}
