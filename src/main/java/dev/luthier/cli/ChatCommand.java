package dev.luthier.cli;

import dev.luthier.recipe.Writer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier chat}. */
@Command(name = "chat", sortOptions = false, description = "Talks with a model, line by line.")
final class ChatCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private VoiceArguments voice = new VoiceArguments();

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "A system message before the first question.")
  private Optional<String> system = Optional.empty();

  @Mixin private MannerArguments manner = new MannerArguments();

  @Override
  public void run() {
    try (Writer writer =
            Writer.openForChat(voice.voice(spec.commandLine().getErr()), manner.manner());
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      writer.notes().forEach(spec.commandLine().getErr()::println);
      new ChatLoop(writer::answer, system, spec.commandLine().getOut()).run(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
