package dev.luthier.recipe;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import dev.luthier.peft.Lora;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import dev.luthier.train.AdamW;
import dev.luthier.train.Loop;
import dev.luthier.train.Optim;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What of a GRPO step goes into answering and what into learning, on the code of a run: prompts of
 * random tokens are answered, the answers are read again where several steps learn from them, and
 * all of them are learnt from, since every other one is worth 1. No token ends an answer.
 */
public final class RolloutBench {
  private static final int WARM_UP = 1;

  private RolloutBench() {}

  /**
   * What is measured.
   *
   * @param shape answers of a rollout, and their tokens
   * @param samples answers to each prompt
   * @param promptTokens random tokens of each prompt, no two alike
   * @param minibatches steps that learn from a rollout
   * @param atOnce answers that are read at once, in training and before
   */
  public record Load(
      StepBench.Shape shape, int samples, int promptTokens, int minibatches, int atOnce) {
    public Load {
      Check.atLeast("--samples", 1, samples);
      Check.atLeast("--prompt-tokens", 1, promptTokens);
      Check.atLeast("--micro-batch", 1, atOnce);
      if (shape.rows() % samples != 0) {
        throw new UserError(
            "--shape must have a multiple of the %d answers to each prompt, was %dx%d"
                .formatted(samples, shape.rows(), shape.length()));
      }
      Check.atLeast("--minibatches", 1, minibatches);
      Check.atMost("--minibatches", prompts(shape, samples), minibatches);
    }

    private static int prompts(StepBench.Shape shape, int samples) {
      return shape.rows() / samples;
    }

    int prompts() {
      return prompts(shape, samples);
    }

    int promptsAtOnce() {
      return Math.max(1, atOnce / samples);
    }

    long newTokens() {
      return (long) shape.rows() * shape.length();
    }

    /** GRPO; a single answer is compared with those to other prompts. */
    AnswersMethod method() {
      Map<String, Object> grpo =
          Map.of(
              "rewards", Map.of("right", "exact_match"),
              "rollout", Map.of("samples", samples, "max_new_tokens", shape.length()),
              "updates", Map.of("minibatches", minibatches),
              "advantage", Map.of("baseline", samples == 1 ? "batch" : "group"));
      return (AnswersMethod)
          Recipes.bound(
              Map.of("grpo", grpo), "bench rollout", List.of(), path -> path, Method.class);
    }
  }

  /**
   * @param rank of LoRA; 0 where all weights train
   * @param rounds rollouts that are measured for each load, after one that is not
   */
  public static void run(
      Path model, Compute compute, List<Load> loads, int rank, int rounds, PrintWriter out) {
    Peft peft = rank == 0 ? new Full() : Lora.of(rank, 2 * rank);
    out.printf(
        Locale.ROOT,
        "GRPO on %s, %s, %s on %s, BLAS %s%n",
        model,
        rank == 0 ? "all weights" : "LoRA of rank " + rank,
        TypeName.of(compute.dtype()),
        compute.device(),
        System.getProperty("org.bytedeco.openblas.load", "openblas"));
    for (Load load : loads) {
      try (ModelFolder folder = ModelFolder.open(model);
          CausalLm lm = folder.load(compute);
          Adapted<CausalLm> adapted = Adapted.attach(lm, peft, 1);
          Optim optim =
              new Optim(
                  List.of(new Optim.Group(adapted.trainable(), 1e-6, 0)),
                  AdamW.of(0.9, 0.999, 1e-8),
                  compute)) {
        adapted.training(true);
        print(load, measured(folder, adapted, optim, load, rounds), out);
        out.flush();
      }
    }
  }

  private static List<TimedRollouts.Round> measured(
      ModelFolder folder, Adapted<CausalLm> adapted, Optim optim, Load load, int rounds) {
    AnswersMethod method = load.method();
    Turns turns = new Turns(method.answers());
    Likelihood likelihood = new Likelihood(RankLesson.decoder(folder));
    AnswersObjective objective = new AnswersObjective(method, likelihood, Optional.empty(), turns);
    TimedRollouts steps =
        new TimedRollouts(folder, adapted, load, method, likelihood, WARM_UP + rounds);
    new Loop(optim, new Schedule.Constant(new Span.Steps(0)), 1, 0, turns)
        .run(
            steps,
            0,
            (batch, denominator) -> objective.of(adapted.model(), batch, new Chunk.Auto()),
            report -> {
              steps.stepped();
              return true;
            });
    return steps.rounds().subList(WARM_UP, WARM_UP + rounds);
  }

  private static void print(Load load, List<TimedRollouts.Round> rounds, PrintWriter out) {
    double answering = median(rounds, TimedRollouts.Round::answering);
    double reading = median(rounds, TimedRollouts.Round::reading);
    double training = median(rounds, TimedRollouts.Round::training);
    out.printf(
        Locale.ROOT,
        "%d prompts of %d x %d answers of %d: answering %.0f ms (%,.0f tokens/s), old log-probabilities"
            + " %.0f ms, training %.0f ms in %d; answering is %.0f %% of it%n",
        load.prompts(),
        load.promptTokens(),
        load.samples(),
        load.shape().length(),
        answering * 1e3,
        load.newTokens() / answering,
        reading * 1e3,
        training * 1e3,
        load.minibatches(),
        100 * median(rounds, TimedRollouts.Round::share));
  }

  private static double median(
      List<TimedRollouts.Round> rounds, ToDoubleFunction<TimedRollouts.Round> of) {
    return rounds.stream()
        .mapToDouble(of)
        .sorted()
        .skip(rounds.size() / 2)
        .findFirst()
        .orElse(Double.NaN);
  }
}
