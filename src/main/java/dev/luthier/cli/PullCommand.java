package dev.luthier.cli;

import dev.luthier.io.Hub;
import dev.luthier.io.HubName;
import dev.luthier.io.HubProgress;
import dev.luthier.io.HubSettings;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier pull}. */
@Command(
    name = "pull",
    description = "Fetches a model or an adapter from the hub, and prints its folder.",
    footer = {
      "",
      "Only safetensors and text are fetched. What is there already is not fetched again; a broken",
      "download goes on where it stopped. docs/hub.md lists the environment variables."
    })
final class PullCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "ORG/NAME[@REV]",
      description = "The model; REV is a branch, a tag or a commit (default: main).")
  private String name = "";

  @Override
  public void run() {
    Hub hub = Hub.of(HubSettings.fromEnvironment());
    try (HubProgress progress = Screen.transfer(spec.commandLine().getErr())) {
      Path folder = hub.pull(HubName.of(name), progress);
      spec.commandLine().getOut().println(folder);
    }
  }
}
