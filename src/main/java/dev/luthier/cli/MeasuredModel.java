package dev.luthier.cli;

import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The model that a {@code luthier bench} measures, and where. */
final class MeasuredModel {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..1",
      defaultValue = "models/tiny-base",
      description = "The model's folder (default: ${DEFAULT-VALUE}).")
  private Path model = Path.of("");

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "";

  /** Its folder, which is fetched where it is one of the hub's. */
  Path folder() {
    return Screen.folder(model, spec.commandLine().getErr());
  }

  String device() {
    return device;
  }

  Compute compute() {
    return Compute.of(device);
  }
}
