package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Writer.Manner;
import dev.luthier.rollout.Sampling;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a model writes. */
final class MannerArguments {
  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description =
          "Draws at this temperature; 0: the likeliest token every time (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "0",
      description = "Draws among the N likeliest; 0: all (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "1",
      description =
          "Draws among the likeliest that together have probability P; 1: all (default: ${DEFAULT-VALUE}).")
  private double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Draws among those at least P times as likely as the likeliest; 0: all (default: ${DEFAULT-VALUE}).")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Above 1: tokens that the text already has become less likely (default: ${DEFAULT-VALUE}).")
  private double repetitionPenalty;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Longest answer in tokens (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "A text that ends the answer; may be repeated.")
  private List<String> stop = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the draws (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--cache-mb",
      paramLabel = "N",
      defaultValue = "2048",
      description =
          "The most memory for keys and values, in MB of 2^20 bytes (default: ${DEFAULT-VALUE}).")
  private long cacheMb;

  Manner manner() {
    Sampling sampling = new Sampling(temperature, topK, topP, minP, repetitionPenalty);
    return new Manner(sampling, maxNewTokens, List.copyOf(stop), seed, cacheBytes(cacheMb));
  }

  /** Refuses what no memory has. */
  static long cacheBytes(long mb) {
    if (mb < 1 || mb > 1L << 30) {
      throw new UserError("--cache-mb must be at least 1, was " + mb);
    }
    return mb << 20;
  }
}
