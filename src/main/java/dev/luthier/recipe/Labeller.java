package dev.luthier.recipe;

import dev.luthier.data.Message;
import dev.luthier.data.Question;
import dev.luthier.data.Questions;
import dev.luthier.data.Verbalizer;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Classifier;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Models;
import dev.luthier.model.Seq2Seq;
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
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * A loaded model that says of texts what they are: a class, a number, a tag for each word, or which
 * of several answers is the likeliest.
 */
public final class Labeller implements AutoCloseable {
  private static final int AT_ONCE = 32;

  /** What the kinds of such models differ in. */
  sealed interface Kind extends AutoCloseable permits TextKind, WordKind, ChoiceKind {
    /** A line for each text. */
    List<String> say(List<String> texts);

    /** A line for each question: the choice that is the likeliest, and how likely all are. */
    default List<String> choose(List<Question> questions) {
      throw new UserError(
          "the model has a head that classifies; choices are for models that write or give a reward, so leave out"
              + " --choice and --rows");
    }

    /** How a text becomes a prompt where it is to be answered by a choice. */
    default Verbalizer.Style style() {
      return Verbalizer.Style.PLAIN;
    }

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
    ModelFolder folder = ModelFolder.open(voice.model());
    Model model = load(folder, voice);
    return new Labeller(folder, model, kind(folder, model, voice.adapter()));
  }

  /** The folder's model, or the one that the voice's adapter makes of it. */
  static Model load(ModelFolder folder, Writer.Voice voice) {
    Compute compute = voice.compute();
    return voice
        .adapter()
        .map(dir -> adapted(folder, dir, compute, voice))
        .orElseGet(() -> bare(folder, compute, voice));
  }

  private static Kind kind(ModelFolder folder, Model model, Optional<Path> adapter) {
    if (model instanceof Classifier classifier) {
      return new TextKind(classifier, folder);
    }
    if (model instanceof TokenClassifier tagger) {
      return WordKind.of(tagger, folder);
    }
    if (model instanceof CausalLm decoder) {
      return ChoiceKind.of(folder, adapter, RankLesson.decoder(folder), decoder);
    }
    if (model instanceof Seq2Seq writer) {
      return ChoiceKind.of(folder, adapter, RankLesson.encoderDecoder(folder), writer);
    }
    model.close();
    throw new UserError(
        folder.path()
            + " has no head that classifies; train one with the method classify, regress or tag");
  }

  private static Model bare(ModelFolder folder, Compute compute, Writer.Voice voice) {
    Model model = Models.load(folder.path(), compute);
    KnownTasks.tell(model, voice, Optional.empty());
    return model;
  }

  /** The model with the head that the adapter brings, and the adapter on it. */
  private static Model adapted(ModelFolder folder, Path dir, Compute compute, Writer.Voice voice) {
    Path source = Files.exists(dir.resolve("config.json")) ? dir : folder.path();
    ModelConfig config = ModelConfig.read(source);
    Model model = AdapterBase.load(folder.path(), dir, compute);
    if (!AdapterBase.is(config, "ForSequenceClassification")
        && !AdapterBase.is(config, "ForTokenClassification")
        && !(model instanceof CausalLm)
        && !(model instanceof Seq2Seq)) {
      model.close();
      throw new UserError(
          "%s: no config.json says which labels the adapter is for; put the classifier's there"
              .formatted(dir));
    }
    Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted();
    KnownTasks.tell(model, voice, Optional.of(adapted.peft()));
    if (adapted.mergesExactly()) {
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

  /**
   * Which of some answers each text has, in words, in the texts' order.
   *
   * @param chat whether a text is what the user of a chat says, also where the model does not say
   *     so
   */
  public List<String> choose(List<String> texts, List<String> choices, boolean chat) {
    Questions.check("--choice", choices);
    return choose(
        texts.stream()
            .map(
                text ->
                    chat || kind.style() == Verbalizer.Style.CHAT
                        ? new Question.Chat(List.of(Message.of("user", text)), choices)
                        : (Question) new Question.Plain(text, choices))
            .toList());
  }

  /** The same for questions that have choices of their own. */
  public List<String> choose(List<Question> questions) {
    try (AutoGradMode off = Ops.noGrad()) {
      return kind.choose(questions);
    }
  }

  @Override
  public void close() {
    kind.close();
    model.close();
    folder.close();
  }
}
