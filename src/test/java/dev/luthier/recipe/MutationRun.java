package dev.luthier.recipe;

import dev.luthier.data.Tokenizer;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Classifier;
import dev.luthier.model.MaskedLm;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.SentenceEncoder;
import dev.luthier.model.Seq2Seq;
import dev.luthier.model.TokenClassifier;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A process that loads broken folders one after the other and writes down how each ended. A line is
 * written before the folder is opened, so that the last line tells what ended the process.
 */
final class MutationRun {
  /** Longer than any text of a terminal that a person reads as one line. */
  private static final int LONGEST = 500;

  private static final String TEXT =
      "Caf\u00e9 12, aaaaaaaaaaaaaaaaaaaaaaaa! <|eos|>\n\ud83d\ude00 x";

  private final Path work;
  private final PrintStream log;
  private final String only;
  private String after;

  private MutationRun(Path work, PrintStream log, String only, String after) {
    this.work = work;
    this.log = log;
    this.only = only;
    this.after = after;
  }

  /** Opens a folder whose file was broken. */
  interface Use {
    void of(Path dir);
  }

  /**
   * Arguments: an empty folder; the log's file; the name of the only mutation, or nothing; the name
   * of the mutation behind which to begin, or nothing.
   */
  public static void main(String[] args) throws IOException {
    Path work = Path.of(args[0]);
    try (PrintStream log =
        new PrintStream(Files.newOutputStream(Path.of(args[1])), true, "UTF-8")) {
      MutationRun run = new MutationRun(work, log, args[2], args[3]);
      for (Subject subject : Subject.all(work)) {
        run.all(subject);
      }
      log.println("END");
    }
  }

  private void all(Subject subject) throws IOException {
    Path dir = work.resolve("mutated-" + subject.name().replaceAll("\\W", "-"));
    mirror(subject.folder(), dir);
    Path target = dir.resolve(subject.file());
    byte[] whole = Files.readAllBytes(subject.folder().resolve(subject.file()));
    if (!outcome(subject, dir).equals("LOADED")) {
      throw new IllegalStateException(subject.name() + " does not load as it is");
    }
    for (int i = 0; i < subject.count(); i++) {
      String name = subject.name() + "#" + i;
      if (after.isEmpty() && (only.isEmpty() || only.equals(name))) {
        Subject.Broken broken = subject.breaking().of(i, whole);
        Files.deleteIfExists(target); // a link to the whole file, or a file that was mapped
        Files.write(target, broken.bytes());
        log.println("BEGIN %s: %s".formatted(name, broken.done().replaceAll("\\p{C}", "?")));
        log.println(outcome(subject, dir));
      }
      after = after.equals(name) ? "" : after;
    }
    clear(dir);
  }

  private static void clear(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** Links to the files of a folder. */
  private static void mirror(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(to.resolve(file.getFileName()), file.toAbsolutePath());
      }
    }
  }

  private static String outcome(Subject subject, Path dir) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      subject.use().of(dir);
      return "LOADED";
    } catch (UserError e) {
      String message = String.valueOf(e.getMessage());
      boolean clear =
          message.length() < LONGEST
              && message.codePoints().noneMatch(Character::isISOControl)
              && message.contains(dir.toString());
      return (clear ? "REFUSED " : "FAILED unclear: ") + message.replaceAll("\\p{Cc}", "?");
    } catch (Throwable e) {
      String where =
          Arrays.stream(e.getStackTrace())
              .filter(f -> f.getClassName().startsWith("dev.luthier"))
              .limit(4)
              .toList()
              .toString();
      return "FAILED %s at %s".formatted(e.toString().lines().findFirst().orElse(""), where);
    }
  }

  static void folder(Path dir) {
    try (ModelFolder folder = ModelFolder.open(dir)) {
      folder.endTokens();
      folder.tokenizer().encode(TEXT, true);
      try (CausalLm model = folder.load(Compute.CPU)) {
        forward(model);
      }
    }
  }

  static void weights(Path dir) {
    try (Model model = Models.load(dir, Compute.CPU)) {
      forward(model);
    }
  }

  /** Where the weights are whole, so are the scores. */
  static void config(Path dir) {
    try (Model model = Models.load(dir, Compute.CPU)) {
      if (!forward(model).isfinite().all().item_bool()) {
        throw new IllegalStateException("scores that are no numbers");
      }
    }
  }

  static void tokenizer(Path dir) {
    try (Tokenizer tokenizer = Tokenizer.load(dir)) {
      int[] ids = tokenizer.encode(TEXT, true).ids();
      tokenizer.encode("a b", Optional.of("c"));
      tokenizer.decode(ids, true);
      tokenizer.bos();
      tokenizer.eos();
    }
    try (Tokenizer tokenizer = Tokenizer.loadForWords(dir)) {
      tokenizer.encode(List.of("one", "two", "!"));
    }
  }

  /** The adapter of a folder on a model. */
  static Use adapter(Path base) {
    return dir -> {
      try (Model model = Models.load(base, Compute.CPU);
          var adapted = AdapterFiles.load(model, dir).adapted()) {
        forward(model);
      }
    };
  }

  /** The scores of two tokens. */
  private static Tensor forward(Model model) {
    Sequences two = Sequences.of(List.of(new int[] {2, 3}), Compute.CPU);
    Tensor types = torch.zeros_like(two.ids());
    Tensor out;
    if (model instanceof CausalLm lm) {
      out = lm.logits(lm.hidden(two));
    } else if (model instanceof Classifier classifier) {
      out = classifier.logits(two, types);
    } else if (model instanceof TokenClassifier classifier) {
      out = classifier.logits(two, types);
    } else if (model instanceof MaskedLm lm) {
      out = lm.logits(lm.hidden(two, types));
    } else if (model instanceof Seq2Seq writer) {
      out = writer.logits(writer.hidden(two, writer.decoderInput(List.of(new int[] {2, 3}))));
    } else {
      out = ((SentenceEncoder) model).embed(two, types);
    }
    Ops.toFloats(out); // computed in full
    return out;
  }
}
