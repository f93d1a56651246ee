package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Classifier;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Models;
import dev.luthier.model.TokenClassifier;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/** A loaded model that says of texts what they are: a class, a number, or a tag for each word. */
public final class Labeller implements AutoCloseable {
  private static final int AT_ONCE = 32;

  /** What the kinds of such models differ in. */
  sealed interface Kind extends AutoCloseable permits TextKind, WordKind {
    /** A line for each text. */
    List<String> say(List<String> texts);

    @Override
    default void close() {}
  }

  private final ModelFolder folder;
  private final Model model;
  private final Kind kind;

  private Labeller(ModelFolder folder, Model model, Kind kind) {
    this.folder = folder;
    this.model = model;
    this.kind = kind;
  }

  /**
   * @throws UserError if a file is missing or broken, the model has no head for texts or words, or
   *     the adapter is for another model or does not name its labels
   */
  public static Labeller open(Writer.Voice voice) {
    Compute compute = Compute.of(voice.device());
    ModelFolder folder = ModelFolder.open(voice.model());
    Model model =
        voice
            .adapter()
            .map(dir -> adapted(folder, dir, compute))
            .orElseGet(() -> Models.load(folder.path(), compute));
    return new Labeller(folder, model, kind(folder, model));
  }

  private static Kind kind(ModelFolder folder, Model model) {
    if (model instanceof Classifier classifier) {
      return new TextKind(classifier, folder);
    }
    if (model instanceof TokenClassifier tagger) {
      return WordKind.of(tagger, folder);
    }
    model.close();
    throw new UserError(
        folder.path()
            + " has no head that classifies; train one with the method classify, regress or tag");
  }

  /** The model with the head that the adapter brings, and the adapter on it. */
  private static Model adapted(ModelFolder folder, Path dir, Compute compute) {
    Path source = Files.exists(dir.resolve("config.json")) ? dir : folder.path();
    ModelConfig config = ModelConfig.read(source);
    if (!AdapterBase.is(config, "ForSequenceClassification")
        && !AdapterBase.is(config, "ForTokenClassification")) {
      throw new UserError(
          "%s: no config.json says which labels the adapter is for; put the classifier's there"
              .formatted(dir));
    }
    Model model = AdapterBase.load(folder.path(), dir, compute);
    Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted();
    if (adapted.merges()) {
      adapted.merge();
    }
    return model;
  }

  /** What each text is, in words, in the texts' order. */
  public List<String> label(List<String> texts) {
    List<String> out = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += AT_ONCE) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        out.addAll(kind.say(texts.subList(from, Math.min(texts.size(), from + AT_ONCE))));
      }
    }
    return out;
  }

  @Override
  public void close() {
    kind.close();
    model.close();
    folder.close();
  }
}
