package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.recipe.RolloutBench;
import dev.luthier.recipe.StepBench;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench rollout}. */
@Command(
    name = "rollout",
    description = "What of a GRPO step goes into answering, and what into learning.")
final class RolloutBenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private MeasuredModel measured = new MeasuredModel();

  @Option(
      names = "--shape",
      split = ",",
      defaultValue = "64x64",
      paramLabel = "ROWSxTOKENS",
      description = "Answers of a step and their new tokens (default: ${DEFAULT-VALUE}).")
  private List<String> shapes = List.of();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "8",
      description = "Answers to each prompt (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      defaultValue = "32",
      description = "Random tokens of each prompt (default: ${DEFAULT-VALUE}).")
  private int promptTokens;

  @Option(
      names = "--minibatches",
      paramLabel = "N",
      defaultValue = "1",
      description = "As updates.minibatches in a recipe (default: ${DEFAULT-VALUE}).")
  private int minibatches;

  @Option(
      names = "--micro-batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Answers that are learnt from at once (default: ${DEFAULT-VALUE}).")
  private int microBatch;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "0",
      description = "Rank of LoRA; 0: all weights train (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rollouts, of which the median is told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Override
  public void run() {
    Check.atLeast("--rank", 0, rank);
    Check.atLeast("--rounds", 1, rounds);
    RolloutBench.run(
        measured.folder(),
        measured.compute(),
        shapes.stream()
            .map(StepBench.Shape::of)
            .map(
                shape ->
                    new RolloutBench.Load(shape, samples, promptTokens, minibatches, microBatch))
            .toList(),
        rank,
        rounds,
        spec.commandLine().getOut());
  }
}
