package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Writer;
import dev.luthier.rollout.Beams;
import dev.luthier.rollout.Sampling;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How many answers a prompt gets, by drawing or by beam search, and what is shown of them. */
final class SeveralArguments {
  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "So many answers; with --beams the N best, else drawn (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--beams",
      paramLabel = "N",
      description = "Beam search with N hypotheses instead of token after token.")
  private Optional<Integer> beams = Optional.empty();

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      description = "With --beams: above 0 favours long answers, below 0 short ones (default: 1).")
  private Optional<Double> lengthPenalty = Optional.empty();

  @Option(
      names = "--early-stopping",
      paramLabel = "WHEN",
      description =
          "With --beams, once N answers are found: true ends, false ends when a better one is"
              + " unlikely, never when it is impossible (default: false).")
  private Optional<String> earlyStopping = Optional.empty();

  @Option(
      names = "--logprobs",
      description = "Shows every token with its log-probability under the model.")
  private boolean logProbs;

  int samples() {
    return samples;
  }

  /** Whether there is one answer, which can be shown while it is made. */
  boolean one() {
    return samples == 1 && beams.isEmpty();
  }

  /**
   * The beam search asked for, if any.
   *
   * @throws UserError if the options do not go together
   */
  Optional<Beams> search(Sampling sampling) {
    if (beams.isEmpty()) {
      if (lengthPenalty.isPresent() || earlyStopping.isPresent()) {
        throw new UserError("--length-penalty and --early-stopping are for --beams; add it");
      }
      if (samples > 1 && sampling.greedy()) {
        throw new UserError(
            "--samples %d would be equal: set --temperature above 0, or --beams"
                .formatted(samples));
      }
      return Optional.empty();
    }
    if (!sampling.equals(Sampling.GREEDY)) {
      throw new UserError("--beams does not draw: leave out --temperature and what goes with it");
    }
    return Optional.of(
        new Beams(
            beams.get(),
            samples,
            lengthPenalty.orElse(1.0),
            stopping(earlyStopping.orElse("false"))));
  }

  /**
   * @throws UserError if what is asked for goes with one prompt and one adapter only
   */
  void refuseSearch() {
    if (beams.isPresent() || logProbs) {
      throw new UserError(
          "%s is for one prompt and one adapter; leave out --prompts and names of adapters"
              .formatted(beams.isPresent() ? "--beams" : "--logprobs"));
    }
  }

  /**
   * @throws UserError if more is asked for than the best of several drawn answers
   */
  void refuseBeside(String option) {
    if (!one() || logProbs) {
      throw new UserError(
          "%s gives one answer; leave out --samples, --beams and --logprobs".formatted(option));
    }
  }

  /** early_stopping as transformers spells it. */
  private static Beams.Stopping stopping(String text) {
    return switch (text) {
      case "true" -> Beams.Stopping.FIRST;
      case "false" -> Beams.Stopping.LIKELY;
      case "never" -> Beams.Stopping.CERTAIN;
      default -> throw new UserError("--early-stopping must be true, false or never, was " + text);
    };
  }

  /** Shows answers; a single one's text was shown before. */
  void show(Writer.Answers made, PrintWriter out) {
    int n = 0;
    for (Writer.Answer answer : made.answers()) {
      if (!one()) {
        out.printf(Locale.ROOT, "--- %d of %d", ++n, made.answers().size());
        answer.score().ifPresent(s -> out.printf(Locale.ROOT, ", score %.4f", s));
        out.printf("%n%s%n", answer.text());
      }
      if (logProbs) {
        answer
            .pieces()
            .forEach(p -> out.printf(Locale.ROOT, "%9.4f  %s%n", p.logProb(), quoted(p.text())));
      }
    }
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\t", "\\t")
        + '"';
  }
}
