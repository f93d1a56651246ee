package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.StepBench;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier bench step}. */
@Command(name = "bench", description = "Measures this machine.")
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(name = "step", description = "Times a LoRA step beside its matrix products alone.")
  void step(
      @Parameters(
              paramLabel = "MODEL",
              arity = "0..1",
              defaultValue = "models/tiny-base",
              description = "The model's folder (default: ${DEFAULT-VALUE}).")
          Path model,
      @Option(
              names = "--device",
              paramLabel = "DEVICE",
              defaultValue = "auto",
              description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
          String device,
      @Option(
              names = "--steps",
              paramLabel = "N",
              defaultValue = "30",
              description = "Steps measured for each shape (default: ${DEFAULT-VALUE}).")
          int steps,
      @Option(
              names = "--shape",
              split = ",",
              defaultValue = "16x64,4x256",
              paramLabel = "ROWSxTOKENS",
              description = "Batches to measure (default: ${DEFAULT-VALUE}).")
          List<String> shapes) {
    if (steps < 1) {
      throw new UserError("--steps must be >= 1, was " + steps);
    }
    StepBench.run(
        Screen.folder(model, spec.commandLine().getErr()),
        device,
        shapes.stream().map(StepBench.Shape::of).toList(),
        steps,
        spec.commandLine().getOut());
  }
}
