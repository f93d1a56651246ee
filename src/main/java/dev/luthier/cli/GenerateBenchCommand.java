package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.recipe.GenerateBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench generate}. */
@Command(
    name = "generate",
    description = "New tokens a second, one sequence alone and many at once.")
final class GenerateBenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private MeasuredModel measured = new MeasuredModel();

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "auto",
      description = "auto, float32 or bfloat16 (default: ${DEFAULT-VALUE}).")
  private String dtype = "";

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Sequences at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      defaultValue = "8",
      description = "Random tokens of each prompt (default: ${DEFAULT-VALUE}).")
  private int promptTokens;

  @Option(
      names = "--new-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Tokens written behind each prompt (default: ${DEFAULT-VALUE}).")
  private int newTokens;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Measurements of each, of which the median is told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--cache-mb",
      paramLabel = "N",
      defaultValue = "2048",
      description = "The most memory for keys and values (default: ${DEFAULT-VALUE}).")
  private long cacheMb;

  @Option(names = "--parts", description = "Also tells what the time goes into.")
  private boolean parts;

  @Override
  public void run() {
    Check.atLeast("--batch", 1, batch);
    Check.atLeast("--prompt-tokens", 1, promptTokens);
    Check.atLeast("--new-tokens", 1, newTokens);
    Check.atLeast("--rounds", 1, rounds);
    GenerateBench.run(
        measured.folder(),
        GenerateBench.compute(measured.compute(), dtype),
        new GenerateBench.Load(
            batch, promptTokens, newTokens, rounds, MannerArguments.cacheBytes(cacheMb)),
        parts,
        spec.commandLine().getOut());
  }
}
