package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.BestOf;
import dev.luthier.recipe.Voices;
import dev.luthier.recipe.Voices.Question;
import dev.luthier.recipe.Voices.Reply;
import dev.luthier.recipe.Writer;
import dev.luthier.recipe.Writer.Voice;
import dev.luthier.rollout.Beams;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
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
    description = "Answers a prompt, or those of a file, through the model's chat template.")
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

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "Answers the rows of a data file together: prompt, and adapter where the row has one of its"
              + " own. Writes lines of JSON.")
  private Optional<Path> prompts = Optional.empty();

  @Mixin private MannerArguments manner = new MannerArguments();
  @Mixin private SeveralArguments several = new SeveralArguments();
  @Mixin private BestArguments best = new BestArguments();

  @Override
  public void run() {
    if (plain && system.isPresent()) {
      throw new UserError("--system needs the chat template; leave out --plain");
    }
    if (best.wanted()) {
      best();
      return;
    }
    Optional<Beams> beams = several.search(manner.manner().sampling());
    if (prompts.isPresent() || voice.named()) {
      if (prompts.isPresent() && prompt.isPresent()) {
        throw new UserError("give a PROMPT or --prompts, not both");
      }
      many();
      return;
    }
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

  /** The best of several drawn answers. */
  private void best() {
    several.refuseBeside("--best-of");
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    BestOf bestOf = best.of(voice.voice(err), manner.manner());
    if (prompts.isEmpty()) {
      String text = prompt.orElseGet(GenerateCommand::standardInput);
      bestOf.print(plain ? BestOf.plain(text) : BestOf.chat(messages(text)), out, err);
    } else if (system.isPresent() || prompt.isPresent()) {
      throw new UserError("--prompts with --best-of takes no PROMPT and no --system");
    } else {
      bestOf.print(BestOf.file(prompts.get(), !plain), out, err);
    }
  }

  /** Rows of a file, each with its adapter; or one prompt, by every adapter. */
  private void many() {
    several.refuseSearch();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<Question> questions =
        prompts
            .map(file -> Voices.read(file, voice.names()))
            .orElseGet(
                () -> {
                  String text = prompt.orElseGet(GenerateCommand::standardInput);
                  return voice.names().stream().map(n -> new Question(n, text)).toList();
                });
    try (Voices voices = voice.voices(err)) {
      voices.notes().forEach(err::println);
      Function<String, int[]> tokens =
          text -> plain ? voices.plain(text) : voices.chat(messages(text));
      for (Reply reply : voices.answer(questions, tokens, several.samples(), manner.manner())) {
        if (prompts.isPresent()) {
          out.println(reply.json());
        } else {
          reply
              .answers()
              .forEach(text -> out.printf("--- %s%n%s%n", reply.question().adapter(), text));
        }
      }
      out.flush();
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
