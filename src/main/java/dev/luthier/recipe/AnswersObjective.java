package dev.luthier.recipe;

import dev.luthier.loss.Chunk;
import dev.luthier.loss.Loss;
import dev.luthier.loss.PolicyObjective;
import dev.luthier.loss.SamplingCorrection;
import dev.luthier.loss.TokenLogps;
import dev.luthier.model.CausalLm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** What the model's own answers teach. Letters: M tokens of all answers. */
record AnswersObjective(PolicyGradient method, Likelihood likelihood) {
  Loss of(CausalLm model, PolicyBatch batch, Chunk chunk) {
    PolicyBatch.Answered answered =
        batch.answered().orElseGet(() -> Imagined.of(batch.prompts(), model.compute()));
    Tensor policy = likelihood.each(model, answered.written(), chunk); // (M)
    Tensor old = answered.old() == null ? policy.detach() : answered.old();
    TokenLogps tokens = new TokenLogps(policy, old, answered.answers());
    Tensor held = answered.reference();
    if (method.kl().reference()) {
      tokens = tokens.and(held == null ? old : held); // a plan has none
    }
    Optional<SamplingCorrection> correction = method.rollout().corrected();
    if (correction.isPresent()) {
      tokens =
          tokens.weighted(correction.get().weights(old, answered.sampler(), answered.answers()));
    }
    Loss loss =
        new PolicyObjective(method.loss(), method.kl())
            .of(tokens, answered.advantages(), answered.size());
    if (correction.isEmpty()) {
      return loss;
    }
    List<Loss.Term> terms = new ArrayList<>(loss.terms());
    terms.addAll(
        correction.get().terms(old, answered.sampler(), answered.answers(), answered.size()));
    return new Loss(loss.total(), terms);
  }
}
