package dev.luthier.recipe;

import dev.luthier.loss.Chunk;
import dev.luthier.loss.Loss;
import dev.luthier.loss.PolicyObjective;
import dev.luthier.loss.SamplingCorrection;
import dev.luthier.loss.TokenLogps;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the model's own answers teach, and texts beside them. Letters: M tokens of all answers, H
 * width.
 *
 * @param value the value model, where the method has one
 */
record AnswersObjective(
    AnswersMethod method, Likelihood likelihood, Optional<ValueModel> value, Turns turns) {
  Loss of(CausalLm model, PolicyBatch batch, Chunk chunk) {
    return batch.mixed().isPresent()
        ? ofTexts(model, batch.mixed().get(), chunk)
        : ofAnswers(
            model,
            batch.answered().orElseGet(() -> Imagined.of(batch.prompts(), model.compute())),
            chunk);
  }

  /** gamma times the cross-entropy (https://arxiv.org/abs/2203.02155, eq. 2). */
  private Loss ofTexts(CausalLm model, PolicyBatch.Mixed mixed, Chunk chunk) {
    double coef = method.answers().pretrainingMix().orElseThrow().coef();
    Tensor mean =
        likelihood.writing().objective(model, chunk).of(mixed.texts(), mixed.tokens()).total();
    return new Loss(
        mean.mul(Ops.scalar(coef)), List.of(new Loss.Term("pretraining_loss", mean.detach())));
  }

  private Loss ofAnswers(CausalLm model, PolicyBatch.Answered answered, Chunk chunk) {
    Tensor hidden = likelihood.hidden(model, answered.written()); // (M, H)
    TokenLogps tokens = tokens(model, hidden, answered, chunk);
    Tensor old = tokens.old();
    turns.behind().seen(tokens.policy(), old);
    Optional<SamplingCorrection> correction = method.answers().rollout().corrected();
    if (correction.isPresent()) {
      tokens =
          tokens.weighted(correction.get().weights(old, answered.sampler(), answered.answers()));
    }
    Loss loss =
        new PolicyObjective(method.loss(), method.answers().kl(), method.answers().entropyCoef())
            .of(tokens, answered.advantages(), answered.size(), answered.read());
    if (turns.watches() && answered.old() != null) {
      loss.terms().stream()
          .filter(term -> term.name().equals(PolicyObjective.OLD_KL))
          .forEach(term -> turns.moved(term.value().item_double()));
    }
    List<Loss.Term> terms = new ArrayList<>(loss.terms());
    correction.ifPresent(
        c -> terms.addAll(c.terms(old, answered.sampler(), answered.answers(), answered.read())));
    Tensor total = loss.total();
    if (value.isPresent()) {
      Loss own = ofValues(value.get().of(hidden, answered.written()), answered);
      total = total.add(own.total()); // (9) of https://arxiv.org/abs/1707.06347
      terms.addAll(own.terms());
    }
    return new Loss(total, terms);
  }

  private TokenLogps tokens(
      CausalLm model, Tensor hidden, PolicyBatch.Answered answered, Chunk chunk) {
    boolean entropies = method.answers().entropyCoef() > 0;
    Likelihood.Read read = likelihood.read(model, hidden, answered.written(), chunk, entropies);
    Tensor policy = read.logProbabilities(); // (M)
    Tensor old = answered.old() == null ? policy.detach() : answered.old();
    TokenLogps tokens = new TokenLogps(policy, old, answered.answers());
    Tensor held = answered.reference();
    if (method.answers().kl().reference()) {
      tokens = tokens.and(held == null ? old : held); // a plan has none
    }
    return entropies ? tokens.withEntropy(read.entropies().orElseThrow()) : tokens;
  }

  /**
   * @param values (M)
   */
  private Loss ofValues(Tensor values, PolicyBatch.Answered answered) {
    PolicyBatch.Foretold foretold = answered.foretold();
    Tensor before = foretold == null ? values.detach() : foretold.values(); // a plan has none
    Tensor returns = foretold == null ? before : foretold.returns();
    return method.valued().orElseThrow().loss().of(values, before, returns, answered.size());
  }
}
