package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.recipe.StepBench;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench step}. */
@Command(name = "step", description = "Times a LoRA step beside its matrix products alone.")
final class StepBenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private MeasuredModel measured = new MeasuredModel();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "30",
      description = "Steps measured for each shape (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--shape",
      split = ",",
      defaultValue = "16x64,4x256",
      paramLabel = "ROWSxTOKENS",
      description = "Batches to measure (default: ${DEFAULT-VALUE}).")
  private List<String> shapes = List.of();

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "8",
      description = "Rank of the adapters (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = "--quantize",
      paramLabel = "FORM",
      defaultValue = "none",
      description = "As model.quantize in a recipe (default: ${DEFAULT-VALUE}).")
  private String quantize = "";

  @Option(names = "--checkpoint", description = "Every block is run again in the backward pass.")
  private boolean checkpoint;

  @Override
  public void run() {
    Check.atLeast("--steps", 1, steps);
    Check.atLeast("--rank", 1, rank);
    StepBench.run(
        measured.folder(),
        StepBench.Setting.of(measured.compute(), rank, quantize, checkpoint),
        shapes.stream().map(StepBench.Shape::of).toList(),
        steps,
        spec.commandLine().getOut());
  }
}
