package dev.luthier.cli;

import dev.luthier.data.DataFiles;
import dev.luthier.data.FileKind;
import dev.luthier.data.Question;
import dev.luthier.data.Questions;
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
        "Says what texts are: the class and its probability, the number, a tag for each word, or of"
            + " several answers the likeliest or the one with the highest reward.")
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

  @Option(
      names = "--choice",
      paramLabel = "TEXT",
      description =
          "An answer to choose from, given twice or more: each text is then a prompt, and the model"
              + " one that writes or a reward model.")
  private List<String> choices = new ArrayList<>();

  @Option(names = "--chat", description = "With --choice: a text is what the user of a chat says.")
  private boolean chat;

  @Option(
      names = "--rows",
      paramLabel = "F",
      description = "A data file whose rows have a prompt and choices of their own.")
  private Optional<Path> rows = Optional.empty();

  @Override
  public void run() {
    List<String> all = new ArrayList<>(texts);
    file.ifPresent(f -> all.addAll(lines(f)));
    all.removeIf(String::isBlank);
    List<Question> questions = new ArrayList<>();
    rows.ifPresent(
        f ->
            DataFiles.read(
                f.toString(),
                FileKind.BY_NAME,
                Long.MAX_VALUE,
                row -> questions.add(Questions.ask(row))));
    check(all, questions);
    PrintWriter out = spec.commandLine().getOut();
    try (Labeller labeller = Labeller.open(voice.voice(spec.commandLine().getErr()))) {
      said(labeller, all, questions).forEach(out::println);
      out.flush();
    }
  }

  private void check(List<String> all, List<Question> questions) {
    if (rows.isPresent() && !(all.isEmpty() && choices.isEmpty() && !chat)) {
      throw new UserError(
          "--rows has prompts and choices of its own; leave out --text, --file, --choice and --chat");
    }
    if (all.isEmpty() && questions.isEmpty()) {
      throw new UserError(
          rows.or(() -> file)
              .map(f -> f + " is empty; it must hold a text at least")
              .orElse("there is no text: give --text TEXT, --file F or --rows F"));
    }
    if (chat && choices.isEmpty()) {
      throw new UserError("--chat needs --choice TEXT for each answer to choose from");
    }
  }

  private List<String> said(Labeller labeller, List<String> all, List<Question> questions) {
    if (!questions.isEmpty()) {
      return labeller.choose(questions);
    }
    return choices.isEmpty() ? labeller.label(all) : labeller.choose(all, choices, chat);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }
}
