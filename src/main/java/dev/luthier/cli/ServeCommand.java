package dev.luthier.cli;

import dev.luthier.serve.ServeRecipe;
import dev.luthier.serve.Serving;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code luthier serve}. */
@Command(
    name = "serve",
    description = "Serves a model over HTTP, as OpenAI's API has it, and gathers feedback.",
    customSynopsis = "luthier serve RECIPE [--key.path=value ...] [--debug]",
    footer = {
      "",
      "It listens on this machine alone unless the recipe says otherwise, and then demands a token.",
      "SIGTERM or Ctrl-C: running answers come to their ends, then it stops. See docs/serving.md."
    })
final class ServeCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "RECIPE", description = "The recipe of server and cycle, a YAML file.")
  private Path recipe = Path.of("");

  @Unmatched private List<String> overrides = new ArrayList<>();

  @Override
  public void run() {
    RecipeArguments.check(spec, overrides);
    PrintWriter err = spec.commandLine().getErr();
    ServeRecipe read = ServeRecipe.read(recipe, overrides);
    Screen.folder(read.model().path(), err);
    Serving serving = Serving.start(read, line -> say(err, line));
    Runtime.getRuntime().addShutdownHook(new Thread(serving::close, "stop"));
    say(spec.commandLine().getOut(), "serving at " + serving.address());
    try {
      new CountDownLatch(1).await(); // until the process is told to stop
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void say(PrintWriter to, String line) {
    to.println(line);
    to.flush();
  }
}
