package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.recipe.Claims;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier claims}. */
@Command(
    name = "claims",
    description = "Compares methods on tasks and seeds, and writes what they reached and took.",
    footer = {"", "Runs that have ended are kept; the same command goes on from there."})
final class ClaimsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "PLAN",
      arity = "0..1",
      defaultValue = "recipes/claims/plan.yaml",
      description = "What is compared (default: ${DEFAULT-VALUE}).")
  private Path plan = Path.of("");

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "TASK",
      description = "Only these tasks of the plan.")
  private Set<String> tasks = Set.of();

  @Option(
      names = "--methods",
      split = ",",
      paramLabel = "METHOD",
      description = "Only these methods of the plan.")
  private Set<String> methods = Set.of();

  @Option(
      names = "--tune",
      split = ",",
      paramLabel = "FACTOR",
      description =
          "Instead: trains with the plan's rates times these factors, and keeps the rates that are best"
              + " on rows set aside.")
  private List<Double> factors = List.of();

  @Option(
      names = "--jobs",
      defaultValue = "1",
      paramLabel = "N",
      description = "Runs at once (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--gpus",
      split = ",",
      paramLabel = "N",
      description = "The GPUs to spread the runs over, such as 0,1 (default: the first).")
  private List<Integer> gpus = List.of();

  @Override
  public void run() {
    Check.atLeast("--jobs", 1, jobs);
    gpus.forEach(gpu -> Check.atLeast("--gpus", 0, gpu));
    Claims claims = new Claims(jobs, Math.max(1, gpus.size()), new ChildTrainer(jobs, gpus));
    Claims.Part part = new Claims.Part(tasks, methods);
    if (factors.isEmpty()) {
      claims.compare(plan, part, spec.commandLine().getOut());
    } else {
      claims.tune(plan, part, factors, spec.commandLine().getOut());
    }
  }
}
