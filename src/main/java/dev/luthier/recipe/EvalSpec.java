package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.rollout.Sampling;
import dev.luthier.train.Every;
import java.util.Optional;
import java.util.Set;

/** What is measured on the way, and what follows from it. */
@Doc("What is measured on the way, where there are rows to measure on")
public record EvalSpec(
    @Doc(
            value = "How often; also before the first step and after the last",
            elsewhere = {"eval_steps", "eval_strategy", "evaluation_strategy"})
        @Default("epoch")
        Every every,
    @Doc(
            "Rows answered each time: greedily, to be compared with their answers; where judged"
                + " answers are learnt from drawn, to measure the distance from the reference; 0:"
                + " none")
        @Default("16")
        int generate,
    @Doc("Longest answer in tokens") @Default("128") int maxNewTokens,
    @Doc(
            value =
                "What makes weights the best so far: the lowest `loss` or `mse`, the highest of the"
                    + " others; every method measures `loss` and some of them (docs/data.md)",
            elsewhere = {"metric_for_best_model"})
        @Default("loss")
        Measure metric,
    @Doc(
            value = "Stop after this many evaluations without a better one; unset: never",
            elsewhere = {"early_stopping_patience"})
        Optional<Integer> patience,
    @Doc(
            value = "Answers before and after training side by side",
            elsewhere = {"win_rate"})
        @Default("{}")
        CompareSpec compare) {
  private static final Set<Measure> WRITTEN = Set.of(Measure.EXACT_MATCH, Measure.ROUGE_L);

  public EvalSpec {
    Check.atLeast("eval.generate", 0, generate);
    Check.atLeast("eval.max_new_tokens", 1, maxNewTokens);
    patience.ifPresent(n -> Check.atLeast("eval.patience", 1, n));
    if (WRITTEN.contains(metric) && generate == 0) {
      throw new UserError(
          "eval.generate must be >= 1 for eval.metric %s, was 0".formatted(metric.label()));
    }
    if (compare.judge().isPresent() && compare.count(generate) == 0) {
      throw new UserError(
          "eval.compare.prompts must be >= 1 where eval.compare.judge is to judge answers, was 0");
    }
  }

  /** How evaluations ask. */
  Asking asking(long seed) {
    return new Asking(generate, maxNewTokens, Sampling.GREEDY, seed);
  }

  /** How the answers are asked for that stand side by side. */
  Asking comparing(long seed) {
    return new Asking(compare.count(generate), maxNewTokens, compare.sampling(), seed);
  }

  /** The same without written answers, which then measure nothing. */
  EvalSpec without() {
    return new EvalSpec(
        every,
        0,
        maxNewTokens,
        WRITTEN.contains(metric) ? Measure.LOSS : metric,
        patience,
        compare);
  }

  /** The same before the first step and after the last, so that nothing is chosen by it. */
  EvalSpec atTheEnds() {
    return new EvalSpec(
        new Every.Never(), generate, maxNewTokens, metric, Optional.empty(), compare);
  }
}
