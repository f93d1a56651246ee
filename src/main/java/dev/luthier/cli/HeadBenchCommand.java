package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.recipe.HeadBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench head}. */
@Command(
    name = "head",
    description = "Memory and time of a head and its loss, once: a process measures one peak.")
final class HeadBenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "";

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Tokens of the batch (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      defaultValue = "32000",
      description = "Tokens of the vocabulary (default: ${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "256",
      description = "Width of the states (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      defaultValue = "auto",
      description = "As memory.chunk in a recipe (default: ${DEFAULT-VALUE}).")
  private String chunk = "";

  @Option(
      names = "--policy",
      description = "The log-probabilities that GRPO learns from instead of a cross-entropy.")
  private boolean policy;

  @Override
  public void run() {
    Check.atLeast("--tokens", 8, tokens);
    Check.atLeast("--vocabulary", 2, vocabulary);
    Check.atLeast("--hidden", 1, hidden);
    HeadBench.run(device, tokens, vocabulary, hidden, chunk(), policy, spec.commandLine().getOut());
  }

  private Chunk chunk() {
    try {
      return Chunk.read(chunk.matches("\\d{1,9}") ? (Object) Integer.valueOf(chunk) : chunk);
    } catch (IllegalArgumentException e) {
      throw new UserError("--chunk must be %s, was %s".formatted(e.getMessage(), chunk));
    }
  }
}
