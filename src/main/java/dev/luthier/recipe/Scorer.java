package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.doc.Name;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.reward.EnsembleWay;
import dev.luthier.reward.Reward;
import dev.luthier.reward.RewardEnsemble;
import dev.luthier.reward.Rule;
import dev.luthier.user.UserClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what answers are worth: one record per way, picked by its name in the recipe. */
@Doc("What says what an answer is worth")
public sealed interface Scorer
    permits Scorer.Ruled,
        Scorer.Trained,
        Scorer.Ensembled,
        Scorer.Classifier,
        Scorer.Own,
        HttpScorer,
        CodeScorer,
        SumScorer,
        ProductScorer,
        GateScorer,
        JudgeScorer {
  /**
   * Reads what it needs; closed by the caller.
   *
   * @param device where models compute, as {@code model.device} has it
   * @throws dev.luthier.error.UserError if something is missing or broken
   */
  Reward open(String device);

  /** Whether its scores go from 0 to 1. */
  default boolean bounded() {
    return true;
  }

  /** Whether it can score answers that a model writes, which stand in no file. */
  default boolean scoresWritten() {
    return true;
  }

  /** A rule. */
  @Doc("A rule")
  record Ruled(@Inline Rule rule) implements Scorer {
    @Override
    public boolean scoresWritten() {
      return rule.scoresWritten();
    }

    @Override
    public Reward open(String device) {
      return rule;
    }
  }

  /** A reward model. */
  @Name("reward_model")
  @Doc("The score of a reward model, which reads the prompt with the answer; of several their mean")
  record Trained(
      @Doc("Its folder; of an adapter, that of the model that it is for") Path model,
      @Doc("The adapter that makes it a reward model; unset: the folder is one by itself")
          Optional<Path> adapter)
      implements Scorer {
    @Override
    public boolean bounded() {
      return false;
    }

    @Override
    public Reward open(String device) {
      return RewardModel.open(new Writer.Voice(model, adapter, Optional.empty(), device));
    }
  }

  /** A classifier. */
  @Doc(
      "How probably a classifier finds the answer in one of some classes; it reads the answer's text"
          + " alone, without the prompt")
  record Classifier(
      @Doc("Its folder; of an adapter, that of the model that it is for") Path model,
      @Doc("The classes whose probability is the score, by their names in its config.json")
          List<String> labels,
      @Doc("The adapter that makes it a classifier; unset: the folder is one by itself")
          Optional<Path> adapter,
      @Doc(
              "Longest answer in tokens, whose end is cut off; unset: the longest that the model"
                  + " takes. Give what it was trained with")
          Optional<Integer> maxLength)
      implements Scorer {
    public Classifier {
      labels = List.copyOf(labels);
      if (labels.isEmpty()) {
        throw new UserError("classifier.labels must name a class, was []");
      }
      maxLength.ifPresent(n -> Check.atLeast("classifier.max_length", 2, n));
    }

    @Override
    public Reward open(String device) {
      return ClassifierReward.open(
          new Writer.Voice(model, adapter, Optional.empty(), device), labels, maxLength);
    }
  }

  /** Several reward models as one. */
  @Name("reward_ensemble")
  @Doc("The scores of several reward models as one (Coste et al. 2023, arXiv 2310.02743)")
  record Ensembled(
      @Doc("The reward models; those that are adapters of one model share its weights")
          List<Member> models,
      @Doc("How their scores become one") @Default("mean") EnsembleWay way)
      implements Scorer {
    public Ensembled {
      models = List.copyOf(models);
      Check.atLeast("reward_ensemble.models", 1, models.size());
    }

    @Override
    public boolean bounded() {
      return false;
    }

    @Override
    public Reward open(String device) {
      List<TokenReward> rewards =
          RewardModels.open(models.stream().map(m -> m.named().voice(device)).toList());
      List<RewardEnsemble.Member> members = new ArrayList<>();
      for (int i = 0; i < rewards.size(); i++) {
        Member one = models.get(i);
        members.add(
            new RewardEnsemble.Member(
                one.named().name(), rewards.get(i), one.shift(), one.scale()));
      }
      return new RewardEnsemble(members, way);
    }
  }

  /** One of an ensemble. */
  @Doc("A reward model of an ensemble")
  record Member(
      @Doc("Its folder; of an adapter, that of the model that it is for") Path model,
      @Doc("The adapter that makes it a reward model; unset: the folder is one by itself")
          Optional<Path> adapter,
      @Doc("What its part is called; unset: as the folder that its run wrote to")
          Optional<String> name,
      @Doc("What is taken off its score; `luthier score` prints it") @Default("0") double shift,
      @Doc("What the score is divided by then, so that all members are on one scale") @Default("1")
          double scale) {
    public Member {
      Check.above("reward_ensemble.models.scale", 0, scale);
    }

    NamedReward named() {
      return name.map(given -> new NamedReward(given, model, adapter))
          .orElseGet(() -> NamedReward.of(model, adapter));
    }
  }

  /** The user's own. */
  @Name("java")
  @Doc("A public Java class that implements dev.luthier.reward.Reward, made without arguments")
  @Shorthand
  record Own(
      @Doc("The class with its package") String name,
      @Doc("The jar or folder of classes that it is in; unset: the class path, LUTHIER_CLASSPATH")
          Optional<Path> jar)
      implements Scorer {
    @Override
    public boolean bounded() {
      return false;
    }

    @Override
    public Reward open(String device) {
      return new UserClass("scorer.java", name, jar)
          .make(Reward.class, "dev.luthier.reward.Reward");
    }
  }
}
