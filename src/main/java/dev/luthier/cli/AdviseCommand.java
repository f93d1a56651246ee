package dev.luthier.cli;

import dev.luthier.advise.Advice;
import dev.luthier.advise.AdviceJson;
import dev.luthier.advise.AdviceText;
import dev.luthier.advise.Answers;
import dev.luthier.error.UserError;
import dev.luthier.recipe.RecipeDraft;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier advise}. */
@Command(
    name = "advise",
    description = "Says which method suits a situation, why, and what it takes; writes its recipe.",
    footer = {
      "",
      "At a terminal it asks for what is not said. docs/advise.md lists every rule with its source."
    })
final class AdviseCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--model", paramLabel = "MODEL", description = "A model's folder, or a size: 8B.")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--tuned",
      paramLabel = "YES",
      description = "Whether it follows instructions already: yes or no.")
  private Optional<String> tuned = Optional.empty();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "cpu, gpu, or a card: h200, h100, a100, l40s, l4, t4, 4090, 3090.")
  private Optional<String> device = Optional.empty();

  @Option(names = "--memory", paramLabel = "MEMORY", description = "Of one device, such as 24GB.")
  private Optional<String> memory = Optional.empty();

  @Option(names = "--devices", paramLabel = "N", description = "How many there are.")
  private Optional<String> devices = Optional.empty();

  @Option(
      names = "--tflops",
      paramLabel = "T",
      description = "What the device multiplies in 16 bits, 10^12 operations a second.")
  private Optional<String> tflops = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "KIND[=FILE],...",
      description =
          "demonstrations, pairs, grades, labels, classes, verifiable, judge, reward-model (a"
              + " folder), outcomes, live.")
  private Optional<String> data = Optional.empty();

  @Option(names = "--rows", paramLabel = "N", description = "How many rows; unset: the file's.")
  private Optional<String> rows = Optional.empty();

  @Option(
      names = "--length",
      paramLabel = "TOKENS",
      description = "Of the longest row; unset: guessed from the file.")
  private Optional<String> length = Optional.empty();

  @Option(names = "--tasks", paramLabel = "N", description = "How many tasks it has to do.")
  private Optional<String> tasks = Optional.empty();

  @Option(names = "--quality", paramLabel = "HOW", description = "enough, good or best.")
  private Optional<String> quality = Optional.empty();

  @Option(
      names = "--wishes",
      paramLabel = "WISH,...",
      description =
          "simple, established, switching, modular, cross-lingual, nuanced, small, merged,"
              + " together, latency, cache.")
  private Optional<String> wishes = Optional.empty();

  @Option(
      names = "--largest",
      paramLabel = "MEMORY",
      description = "What an adapter may take, such as 10MB.")
  private Optional<String> largest = Optional.empty();

  @Option(names = "--hours", paramLabel = "H", description = "What training may take.")
  private Optional<String> hours = Optional.empty();

  @Option(names = "--explain", description = "Shows why the others lost, rule by rule.")
  private boolean explain;

  @Option(names = "--json", description = "Prints JSON, for programs.")
  private boolean json;

  @Option(
      names = "--write",
      paramLabel = "FILE.yaml",
      description = "Writes the first one's recipe there.")
  private Optional<Path> write = Optional.empty();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Map<String, String> given = given();
    boolean missing = !given.containsKey("model") || !given.containsKey("data");
    if (missing && !json && Screen.terminal()) {
      InputStreamReader in = new InputStreamReader(System.in, StandardCharsets.UTF_8);
      new AdviseQuestions(new BufferedReader(in), out).ask(given);
    }
    write.ifPresent(RecipeDraft::checkNew);
    Advice advice = Advice.of(new Answers(given).situation(), json ? note -> {} : err::println);
    advice.best().forEach(c -> RecipeDraft.check(c.recipe()));
    if (json) {
      out.println(AdviceJson.of(advice));
    } else {
      AdviceText.print(advice, explain, out);
    }
    write.ifPresent(file -> write(advice, file, err));
  }

  private static void write(Advice advice, Path file, PrintWriter err) {
    if (advice.best().isEmpty()) {
      throw new UserError("--write %s: nothing is advised, so there is no recipe".formatted(file));
    }
    RecipeDraft.write(advice.best().get(0).recipe(), file);
    err.println("wrote %s; ./luthier train %s".formatted(file, file));
  }

  /** The text of all flags that have a value and were said. */
  private Map<String, String> given() {
    Map<String, String> out = new LinkedHashMap<>();
    for (OptionSpec option : spec.options()) {
      Object value = ((ArgSpec) option).getValue();
      if (value instanceof Optional<?> said
          && said.isPresent()
          && said.get() instanceof String text) {
        out.put(option.longestName().substring(2), text);
      }
    }
    return out;
  }
}
