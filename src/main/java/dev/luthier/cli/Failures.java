package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Nearest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever goes wrong into one line and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;

  private final BooleanSupplier debug;

  Failures(BooleanSupplier debug) {
    this.debug = debug;
  }

  /** The arguments do not fit the command. */
  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String problem = e.getMessage() == null ? "wrong arguments" : firstLine(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      problem = unknown(line.getCommandSpec(), unmatched.getUnmatched().get(0));
    }
    boolean asked = debug.getAsBoolean() || Arrays.asList(args).contains("--debug");
    return print(problem, e, line.getErr(), asked, WRONG_INPUT);
  }

  /** The command did not come to its end. */
  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    return e instanceof UserError || e instanceof ParameterException
        ? print(String.valueOf(e.getMessage()), e, line.getErr(), debug.getAsBoolean(), WRONG_INPUT)
        : failed(e, line.getErr());
  }

  /** Something that is not the user's fault. */
  int failed(Throwable e, PrintWriter err) {
    String kind = e instanceof Error ? e.getClass().getSimpleName() + ": " : "";
    String what =
        e.getMessage() == null ? e.getClass().getSimpleName() : kind + firstLine(e.getMessage());
    String hint = debug.getAsBoolean() ? "" : " (--debug shows where)";
    return print(what + hint, e, err, debug.getAsBoolean(), FAILED);
  }

  private static int print(String line, Throwable e, PrintWriter err, boolean trace, int code) {
    err.println("error: " + line);
    if (trace) {
      e.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  /** What is wrong with an argument that a command does not know, and what was meant. */
  static String unknown(CommandSpec command, String argument) {
    List<String> known = new ArrayList<>(command.subcommands().keySet());
    String what = known.isEmpty() ? "unexpected argument" : "unknown command";
    String name = argument;
    if (argument.startsWith("-")) {
      known = new ArrayList<>(command.optionsMap().keySet());
      what = "unknown option";
      name = argument.split("=", 2)[0];
    }
    Optional<String> meant = Nearest.word(name, known);
    return "%s %s; %s"
        .formatted(
            what,
            name,
            meant
                .map("did you mean %s?"::formatted)
                .orElse("see %s --help".formatted(command.qualifiedName())));
  }

  /** A C++ error carries pages of frames behind its first line. */
  private static String firstLine(String message) {
    return message.strip().lines().findFirst().orElse("").strip();
  }
}
