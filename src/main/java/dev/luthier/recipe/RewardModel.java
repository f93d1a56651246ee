package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Classifier;
import dev.luthier.model.Model;
import dev.luthier.model.Problem;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Score;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained reward model. Where it has several scores, each is a part by its label's name, and the
 * total is their mean.
 */
final class RewardModel implements TokenReward {
  private final ModelFolder folder;
  private final Classifier model;
  private final RewardHead head;

  private RewardModel(ModelFolder folder, Classifier model) {
    this.folder = folder;
    this.model = model;
    this.head = RewardHead.of(model, folder);
  }

  /**
   * @throws UserError if a file is missing or broken, or the model gives no reward
   */
  static RewardModel open(Writer.Voice voice) {
    ModelFolder folder = ModelFolder.open(voice.model());
    Model model = Labeller.load(folder, voice);
    if (model instanceof Classifier classifier
        && classifier.labels().problem() == Problem.REGRESSION) {
      return new RewardModel(folder, classifier);
    }
    model.close();
    folder.close();
    throw new UserError(
        "%s gives no reward; train one with the method reward"
            .formatted(voice.adapter().orElse(voice.model())));
  }

  @Override
  public List<Score> of(List<Asked> answers) {
    return scores(head, answers);
  }

  @Override
  public boolean takes(Asked answer) {
    return head.takes(answer.answered());
  }

  /** What a head says of answers. */
  static List<Score> scores(RewardHead head, List<Asked> answers) {
    List<String> names = head.model().labels().names();
    return head.asked(answers).stream().map(each -> score(names, each)).toList();
  }

  private static Score score(List<String> names, float[] each) {
    if (each.length == 1) {
      return Score.of(each[0]);
    }
    double sum = 0;
    Map<String, Double> parts = new LinkedHashMap<>();
    for (int i = 0; i < each.length; i++) {
      sum += each[i];
      parts.put(names.get(i), (double) each[i]);
    }
    return new Score(sum / each.length, parts);
  }

  @Override
  public void close() {
    model.close();
    folder.close();
  }
}
