package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Labeller;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier classify}. */
@Command(
    name = "classify",
    sortOptions = false,
    description =
        "Says what texts are: the class and its probability, the number, or a tag for each word.")
final class ClassifyCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private VoiceArguments voice = new VoiceArguments();

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      description = "A text; may be repeated. A tab parts two texts that belong together.")
  private List<String> texts = new ArrayList<>();

  @Option(names = "--file", paramLabel = "F", description = "A file with a text in each line.")
  private Optional<Path> file = Optional.empty();

  @Override
  public void run() {
    List<String> all = new ArrayList<>(texts);
    file.ifPresent(f -> all.addAll(lines(f)));
    all.removeIf(String::isBlank);
    if (all.isEmpty()) {
      throw new UserError("there is no text: give --text TEXT or --file F");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Labeller labeller = Labeller.open(voice.voice(spec.commandLine().getErr()))) {
      labeller.label(all).forEach(out::println);
      out.flush();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }
}
