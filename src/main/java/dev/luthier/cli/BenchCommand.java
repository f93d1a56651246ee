package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.recipe.LoadBench;
import dev.luthier.recipe.MemoryBench;
import dev.luthier.recipe.OptimBench;
import dev.luthier.recipe.SwapBench;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench step}, {@code generate}, {@code load}, {@code swap} and others. */
@Command(
    name = "bench",
    description = "Measures this machine.",
    subcommands = {
      StepBenchCommand.class,
      HeadBenchCommand.class,
      GenerateBenchCommand.class,
      RolloutBenchCommand.class,
      MonthBenchCommand.class,
      ServeBenchCommand.class
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(name = "swap", description = "How long another adapter takes to be put in force.")
  void swap(
      @Mixin MeasuredModel measured,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "200",
              description = "Swaps, of which the median is told (default: ${DEFAULT-VALUE}).")
          int rounds) {
    Check.atLeast("--rounds", 1, rounds);
    SwapBench.run(measured.folder(), measured.device(), rounds, spec.commandLine().getOut());
  }

  @Command(
      name = "memory",
      description = "The memory that trainings were planned to take, and took.")
  void memory(@Mixin MeasuredModel measured) {
    MemoryBench.run(
        measured.folder(),
        measured.device(),
        new ChildTrainer(1, List.of()),
        spec.commandLine().getOut());
  }

  @Command(name = "load", description = "How long a model takes to load, and what it costs.")
  void load(
      @Mixin MeasuredModel measured,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "5",
              description = "How often (default: ${DEFAULT-VALUE}).")
          int rounds) {
    Check.atLeast("--rounds", 1, rounds);
    LoadBench.run(measured.folder(), measured.device(), rounds, spec.commandLine().getOut());
  }

  @Command(name = "optim", description = "Times a step of each optimizer, and counts its state.")
  void optim(
      @Option(
              names = "--weights",
              paramLabel = "N",
              defaultValue = "16777216",
              description = "Trainable weights (default: ${DEFAULT-VALUE}).")
          long weights,
      @Option(
              names = "--device",
              paramLabel = "DEVICE",
              defaultValue = "auto",
              description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
          String device,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "10",
              description = "Steps, of which the median is told (default: ${DEFAULT-VALUE}).")
          int rounds) {
    Check.atLeast("--weights", 1, weights);
    Check.atLeast("--rounds", 1, rounds);
    OptimBench.run(weights, device, rounds, spec.commandLine().getOut());
  }
}
