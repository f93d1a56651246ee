package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Deleted;
import dev.luthier.feedback.FeedbackFile;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackText;
import dev.luthier.feedback.Standing;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier feedback}. */
@Command(
    name = "feedback",
    description = "Looks into the store of feedback, fills it from files, exports and deletes.",
    subcommands = {
      FeedbackCommand.Import.class,
      FeedbackCommand.Export.class,
      FeedbackCommand.Delete.class,
      FeedbackCommand.Show.class
    })
final class FeedbackCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Whose rows are meant. */
  static final class Whose {
    @Option(
        names = "--rater",
        paramLabel = "NAME",
        description = "Those of this rater, as the client names it.")
    private Optional<String> rater = Optional.empty();

    @Option(
        names = "--pseudonym",
        paramLabel = "NAME",
        description = "Those of the rater whom the store calls so.")
    private Optional<String> pseudonym = Optional.empty();

    Optional<String> in(FeedbackStore store) {
      return rater.map(store::pseudonym).or(() -> pseudonym);
    }
  }

  @Command(
      name = "import",
      description = {
        "Reads feedback from a file of JSON lines, all of it or nothing.",
        "The form is in docs/feedback.md; what export writes can be read again."
      })
  static final class Import implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private StoreArguments at = new StoreArguments();

    @Parameters(paramLabel = "FILE", description = "Feedback as JSON lines.")
    private Path file = Path.of("");

    @Override
    public void run() {
      if (!Files.isRegularFile(file)) {
        throw new UserError("there is no file " + file);
      }
      try (FeedbackStore store = at.open()) {
        FeedbackFile.Loaded loaded = FeedbackFile.load(store, file, Instant.now());
        spec.commandLine()
            .getOut()
            .printf(
                "%d answers, %d feedback, %d decisions; %d were there already%n",
                loaded.answers(), loaded.feedback(), loaded.decisions(), loaded.known());
      }
    }
  }

  @Command(name = "export", description = "Writes all that is kept, or all of one rater.")
  static final class Export implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private StoreArguments at = new StoreArguments();

    @ArgGroup private Whose whose = new Whose();

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "A new file of JSON lines (default: prints them).")
    private Optional<Path> out = Optional.empty();

    @Override
    public void run() {
      try (FeedbackStore store = at.existing()) {
        if (out.isEmpty()) {
          PrintWriter lines = spec.commandLine().getOut();
          store.export(whose.in(store), line -> lines.print(line + "\n"));
          lines.flush();
          return;
        }
        write(store, out.get());
      }
    }

    private void write(FeedbackStore store, Path file) {
      try (BufferedWriter lines = Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW)) {
        store.export(
            whose.in(store),
            line -> {
              try {
                lines.write(line + "\n");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      } catch (FileAlreadyExistsException e) {
        throw new UserError("%s is there already; name another file".formatted(file), e);
      } catch (IOException e) {
        throw new UserError("cannot write %s: %s".formatted(file, UserError.reason(e)), e);
      }
    }
  }

  @Command(
      name = "delete",
      description = "Deletes a rater's answers and feedback, with the decisions on them, for good.")
  static final class Delete implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private StoreArguments at = new StoreArguments();

    @Parameters(paramLabel = "RATER", description = "The rater, as the client names it.")
    private String rater = "";

    @Option(names = "--pseudonym", description = "RATER is what the store calls the rater.")
    private boolean pseudonym;

    @Override
    public void run() {
      try (FeedbackStore store = at.existing()) {
        Deleted deleted = store.delete(pseudonym ? rater : store.pseudonym(rater));
        if (deleted.all() == 0) {
          throw new UserError("nothing is kept of the rater " + rater);
        }
        spec.commandLine()
            .getOut()
            .printf(
                "deleted: %d answers, %d feedback, %d decisions%n",
                deleted.answers(), deleted.feedback(), deleted.decisions());
      }
    }
  }

  @Command(name = "list", description = "Shows feedback, what was decided of it and why.")
  static final class Show implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private StoreArguments at = new StoreArguments();
    @ArgGroup private Whose whose = new Whose();

    @Option(names = "--standing", description = "Only of one: ${COMPLETION-CANDIDATES}.")
    private Optional<Standing> standing = Optional.empty();

    @Option(
        names = "--limit",
        defaultValue = "50",
        paramLabel = "N",
        description = "At most so many (default: ${DEFAULT-VALUE}).")
    private long limit;

    @Override
    public void run() {
      Check.atLeast("--limit", 1, limit);
      try (FeedbackStore store = at.existing()) {
        Asked asked = new Asked(standing, whose.in(store), Optional.empty(), limit);
        FeedbackText.print(store, asked, spec.commandLine().getOut());
      }
    }
  }
}
