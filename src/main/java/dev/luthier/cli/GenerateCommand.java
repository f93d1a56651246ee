package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Writer;
import dev.luthier.recipe.Writer.Voice;
import dev.luthier.rollout.Beams;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier generate}. */
@Command(
    name = "generate",
    sortOptions = false,
    description = "Answers one prompt, through the model's chat template.")
final class GenerateCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private VoiceArguments voice = new VoiceArguments();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "The prompt; without it, the standard input is read.")
  private Optional<String> prompt = Optional.empty();

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "A system message before the prompt.")
  private Optional<String> system = Optional.empty();

  @Option(
      names = "--plain",
      description = "Continues the prompt as plain text, without the template.")
  private boolean plain;

  @Mixin private MannerArguments manner = new MannerArguments();
  @Mixin private SeveralArguments several = new SeveralArguments();

  @Override
  public void run() {
    if (plain && system.isPresent()) {
      throw new UserError("--system needs the chat template; leave out --plain");
    }
    Optional<Beams> beams = several.search(manner.manner().sampling());
    String text = prompt.orElseGet(GenerateCommand::standardInput);
    PrintWriter err = spec.commandLine().getErr();
    Voice from = voice.voice(err);
    try (Writer writer =
        plain ? Writer.open(from, manner.manner()) : Writer.openForChat(from, manner.manner())) {
      writer.notes().forEach(err::println);
      int[] tokens = plain ? writer.prompt(text) : writer.prompt(messages(text));
      write(writer, tokens, beams, spec.commandLine().getOut(), err);
    }
  }

  private void write(
      Writer writer, int[] prompt, Optional<Beams> beams, PrintWriter out, PrintWriter err) {
    Consumer<String> sink =
        piece -> {
          if (several.one()) {
            out.print(piece);
            out.flush();
          }
        };
    Writer.Answers made =
        beams.isPresent()
            ? writer.search(prompt, beams.get())
            : writer.write(prompt, several.samples(), sink);
    if (several.one()) {
      out.println();
    }
    several.show(made, out);
    if (!several.one()) {
      err.printf(
          Locale.ROOT,
          "keys and values took %.1f MB at most, for %d sequences at once%n",
          made.usage().cacheBytes() / 1e6,
          made.usage().rows());
    }
  }

  private List<Map<String, Object>> messages(String text) {
    Map<String, Object> question = Map.of("role", "user", "content", text);
    return system
        .<List<Map<String, Object>>>map(
            s -> List.of(Map.of("role", "system", "content", s), question))
        .orElse(List.of(question));
  }

  private static String standardInput() {
    try {
      String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (text.isEmpty()) {
        throw new UserError("there is no prompt: give one as the last argument or on stdin");
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
