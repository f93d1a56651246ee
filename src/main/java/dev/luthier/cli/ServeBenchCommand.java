package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.serve.ServeBench;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench serve}. */
@Command(
    name = "serve",
    description = "Streams to many clients on loopback while another version takes over.")
final class ServeBenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private MeasuredModel measured = new MeasuredModel();

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "64",
      description = "Clients that ask at the same time (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "4",
      description = "Requests of each, one after the other (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--new-tokens",
      paramLabel = "N",
      defaultValue = "32",
      description = "Tokens of each answer (default: ${DEFAULT-VALUE}).")
  private int newTokens;

  @Option(
      names = "--train",
      paramLabel = "RECIPE",
      description = "Trains by this recipe in another process meanwhile.")
  private Optional<Path> train = Optional.empty();

  @Override
  public void run() {
    Check.within("--clients", 2, 1000, clients);
    Check.within("--rounds", 2, 1000, rounds);
    Check.within("--new-tokens", 1, 1000, newTokens);
    PrintWriter out = spec.commandLine().getOut();
    try {
      Optional<CompletableFuture<Boolean>> training = train.map(ServeBenchCommand::begin);
      ServeBench bench =
          new ServeBench(measured.folder(), measured.device(), clients, rounds, newTokens);
      boolean whole = bench.run(out);
      training.ifPresent(
          t ->
              out.printf(
                  "training   %s%n",
                  !t.isDone() ? "ran all the while" : t.join() ? "ended before" : "failed"));
      out.flush();
      if (!whole) {
        throw new IllegalStateException("a request failed, or an answer was not its version's");
      }
    } catch (IOException e) {
      throw new UserError("cannot write: " + UserError.reason(e), e);
    }
  }

  private static CompletableFuture<Boolean> begin(Path recipe) {
    try {
      Path log = Files.createTempFile("luthier-train", ".log");
      return CompletableFuture.supplyAsync(
          () -> new ChildTrainer(2, List.of()).train(recipe, false, log, 0));
    } catch (IOException e) {
      throw new UserError("cannot write: " + UserError.reason(e), e);
    }
  }
}
