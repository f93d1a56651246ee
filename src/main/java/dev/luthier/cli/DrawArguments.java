package dev.luthier.cli;

import dev.luthier.recipe.Quantize;
import dev.luthier.recipe.Writer.Manner;
import dev.luthier.recipe.Writer.Voice;
import dev.luthier.rollout.Sampling;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A model that answers before a judge compares. */
final class DrawArguments {
  private static final long CACHE = 1L << 31;

  @Option(
      names = "--answers",
      paramLabel = "MODEL[:ADAPTER]",
      description =
          "First lets this model answer the prompts of FILE; the answers go to OUT.answers.jsonl.")
  private Optional<String> answers = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "4",
      description = "With --answers: how many to each prompt (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "1",
      description = "With --answers: drawn at this temperature (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "With --answers and --revise: the longest text in tokens (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "With --answers: of the draws (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** Whether a model is to answer first. */
  boolean wanted() {
    return answers.isPresent();
  }

  int samples() {
    return samples;
  }

  int maxNewTokens() {
    return maxNewTokens;
  }

  Manner manner() {
    return new Manner(new Sampling(temperature, 0, 1, 0, 1), maxNewTokens, List.of(), seed, CACHE);
  }

  /**
   * @param err hears of models that are fetched
   */
  Voice voice(String device, PrintWriter err) {
    String text = answers.orElseThrow();
    int colon = text.indexOf(':');
    Path model = Path.of(colon < 0 ? text : text.substring(0, colon));
    Optional<Path> adapter =
        colon < 0 ? Optional.empty() : Optional.of(Path.of(text.substring(colon + 1)));
    return new Voice(
        Screen.folder(model, err),
        adapter.map(path -> Screen.folder(path, err)),
        Optional.empty(),
        device,
        new Quantize.None());
  }
}
