package dev.luthier.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 the run failed, 2 the user's input is wrong. */
@Command(
    name = "luthier",
    description = "Fine-tunes language models.",
    subcommands = {
      TrainCommand.class,
      ServeCommand.class,
      OnlineCommand.class,
      EstimateCommand.class,
      AdviseCommand.class,
      GenerateCommand.class,
      ChatCommand.class,
      ClassifyCommand.class,
      ScoreCommand.class,
      CompareCommand.class,
      JudgeCommand.class,
      DataCommand.class,
      VerifyCommand.class,
      AdapterCommand.class,
      QuantizeCommand.class,
      RegroupCommand.class,
      TokensCommand.class,
      PullCommand.class,
      BenchCommand.class,
      FeedbackCommand.class,
      ClaimsCommand.class,
      DocsCommand.class
    },
    footer = {"", "Begin with: ./luthier train recipes/sft-lora.yaml"})
public final class Luthier implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  private boolean help;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Shows the stack trace of an error.")
  private boolean debug;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  boolean debug() {
    return debug;
  }

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // numbers are written as programs read them
    ChildTrainer.endWithParent();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(args, new PrintWriter(out, true), new PrintWriter(err, true)));
  }

  /** Runs one command line; {@code err} gets errors and progress. */
  static int run(String[] args, PrintWriter out, PrintWriter err) {
    Luthier top = new Luthier();
    Failures failures = new Failures(top::debug);
    CommandLine line =
        new CommandLine(top)
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler(failures)
            .setExecutionExceptionHandler(failures);
    try {
      return line.execute(args);
    } catch (Error e) { // out of memory, no native library: picocli passes these on
      return failures.failed(e, err);
    } finally {
      out.flush();
      err.flush();
    }
  }
}
