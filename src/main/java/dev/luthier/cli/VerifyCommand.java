package dev.luthier.cli;

import dev.luthier.recipe.Verification;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier verify}: exit code 1 where the numbers differ. */
@Command(
    name = "verify",
    description =
        "Compares logits and loss with a reference file of another tool; exit code 1 where they differ.")
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private VoiceArguments voice = new VoiceArguments();

  @Option(
      names = "--reference",
      required = true,
      paramLabel = "FILE",
      description =
          "Safetensors with input_ids and, as they apply, attention_mask, labels, decoder_input_ids, logits, loss and merged_logits.")
  private Path reference = Path.of("");

  @Override
  public Integer call() {
    return Verification.run(
            voice.voice(spec.commandLine().getErr()), reference, spec.commandLine().getOut())
        ? 0
        : 1;
  }
}
