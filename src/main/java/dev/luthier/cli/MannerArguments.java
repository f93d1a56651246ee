package dev.luthier.cli;

import dev.luthier.recipe.Writer.Manner;
import dev.luthier.rollout.Sampling;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a model writes. */
final class MannerArguments {
  @Option(
      names = "--temperature",
      defaultValue = "0",
      description = "0 takes the likeliest token every time (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(names = "--top-k", defaultValue = "0", description = "Only the k likeliest; 0: all.")
  private int topK;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      description = "Only the likeliest that make up this share; 1: all.")
  private double topP;

  @Option(
      names = "--min-p",
      defaultValue = "0",
      description = "Only those at least this many times as likely as the likeliest.")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      defaultValue = "1",
      description = "Above 1: what was written becomes less likely.")
  private double repetitionPenalty;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      description = "Longest answer (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the answer; repeatable.")
  private List<String> stop = new ArrayList<>();

  @Option(names = "--seed", defaultValue = "0", description = "Seed of the draws.")
  private long seed;

  Manner manner() {
    Sampling sampling = new Sampling(temperature, topK, topP, minP, repetitionPenalty);
    return new Manner(sampling, maxNewTokens, List.copyOf(stop), seed);
  }
}
