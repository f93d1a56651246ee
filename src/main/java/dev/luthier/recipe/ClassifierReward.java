package dev.luthier.recipe;

import dev.luthier.data.Encoded;
import dev.luthier.error.UserError;
import dev.luthier.model.Classifier;
import dev.luthier.model.Model;
import dev.luthier.model.Problem;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * How probably a trained classifier finds an answer in one of some classes. Where a text may be in
 * several classes, that is 1 - prod (1 - p), as if they did not depend on each other.
 *
 * @param classes their places among the model's
 */
record ClassifierReward(TextKind reads, List<Integer> classes, int maxLength) implements Reward {
  private static final int AT_ONCE = 32;

  /**
   * @throws UserError if a file is missing or broken, or the model is no classifier with these
   *     classes
   */
  static ClassifierReward open(
      Writer.Voice voice, List<String> labels, Optional<Integer> maxLength) {
    ModelFolder folder = ModelFolder.open(voice.model());
    Model model = Labeller.load(folder, voice);
    try {
      Classifier classifier = classifier(model, voice);
      List<String> known = classifier.labels().names();
      for (String label : labels) {
        if (!known.contains(label)) {
          throw new UserError(
              "classifier.labels: %s tells the classes %s apart, not \"%s\""
                  .formatted(voice.adapter().orElse(voice.model()), known, label));
        }
      }
      return new ClassifierReward(
          new TextKind(classifier, folder),
          labels.stream().distinct().map(known::indexOf).toList(),
          Math.min(maxLength.orElse(Integer.MAX_VALUE), classifier.context()));
    } catch (UserError e) {
      model.close();
      folder.close();
      throw e;
    }
  }

  private static Classifier classifier(Model model, Writer.Voice voice) {
    if (model instanceof Classifier classifier
        && classifier.labels().problem() != Problem.REGRESSION) {
      return classifier;
    }
    throw new UserError(
        "%s tells no classes apart; train a classifier with the method classify, or take the scorer reward_model for one that gives a number"
            .formatted(voice.adapter().orElse(voice.model())));
  }

  @Override
  public List<Score> of(List<Asked> answers) {
    List<Encoded> rows =
        answers.stream()
            .map(asked -> asked.answered().said())
            .map(text -> reads.folder().tokenizer().encode(text, Optional.empty()).cut(maxLength))
            .toList();
    List<Score> out = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += AT_ONCE) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        reads.scores(rows.subList(from, Math.min(rows.size(), from + AT_ONCE))).stream()
            .map(each -> Score.of(probability(each)))
            .forEach(out::add);
      }
    }
    return out;
  }

  private double probability(float[] each) {
    return reads.model().labels().problem() == Problem.SINGLE
        ? Math.min(1, classes.stream().mapToDouble(c -> each[c]).sum()) // of rounding, above 1
        : 1 - classes.stream().mapToDouble(c -> 1 - each[c]).reduce(1, (a, b) -> a * b);
  }

  @Override
  public void close() {
    reads.model().close();
    reads.folder().close();
  }
}
