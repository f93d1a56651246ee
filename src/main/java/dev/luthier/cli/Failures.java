package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Nearest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever goes wrong into one line and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;
  private static final Set<Class<?>> WHOLE =
      Set.of(int.class, Integer.class, long.class, Long.class);
  private static final Set<Class<?>> REAL =
      Set.of(double.class, Double.class, float.class, Float.class);

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
    } else if (e.getArgSpec() != null && e.getValue() != null) {
      problem = value(e.getArgSpec(), e.getValue()).orElse(problem);
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

  /** What is wrong with an option's value that is no number or none of the words. */
  private static Optional<String> value(ArgSpec argument, String value) {
    Class<?>[] types = argument.auxiliaryTypes();
    Class<?> type = types.length > 0 ? types[0] : argument.type();
    String name =
        argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    if (type.isEnum()) {
      List<String> words = Arrays.stream(type.getEnumConstants()).map(String::valueOf).toList();
      String meant = Nearest.word(value, words).map("; did you mean %s?"::formatted).orElse("");
      return Optional.of(
          "%s must be one of %s, was %s%s".formatted(name, String.join(", ", words), value, meant));
    }
    if (WHOLE.contains(type)) {
      return Optional.of("%s must be a whole number, was %s".formatted(name, value));
    }
    return REAL.contains(type)
        ? Optional.of("%s must be a number, was %s".formatted(name, value))
        : Optional.empty();
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
