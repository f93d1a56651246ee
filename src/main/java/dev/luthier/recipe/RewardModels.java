package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Problem;
import dev.luthier.peft.AdapterSet;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens several reward models; those that are adapters of one model share its weights. */
final class RewardModels {
  private RewardModels() {}

  /**
   * One reward for each voice, in their order; each is closed by the caller.
   *
   * @throws UserError if a file is missing or broken, or a model gives no reward
   */
  static List<TokenReward> open(List<Writer.Voice> voices) {
    List<Optional<SharedBase>> bases = voices.stream().map(RewardModels::base).toList();
    Map<SharedBase, Shared> shared = new HashMap<>();
    List<TokenReward> out = new ArrayList<>();
    try {
      for (int i = 0; i < voices.size(); i++) {
        Writer.Voice voice = voices.get(i);
        Optional<SharedBase> base = bases.get(i);
        boolean several = base.isPresent() && bases.stream().filter(base::equals).count() > 1;
        out.add(
            several
                ? shared
                    .computeIfAbsent(base.orElseThrow(), b -> Shared.open(b, voice))
                    .with(voice.adapter().orElseThrow())
                : RewardModel.open(voice));
      }
    } catch (UserError e) {
      out.forEach(Reward::close);
      shared.values().forEach(Shared::closeUnused);
      throw e;
    }
    return out;
  }

  /** A model, and the scores that adapters of it give. */
  private record SharedBase(Path folder, Labels labels, String device, Quantize quantize) {}

  /** What can be shared: an adapter that names its scores, and knows no tasks apart. */
  private static Optional<SharedBase> base(Writer.Voice voice) {
    Optional<Path> adapter =
        voice.adapter().filter(dir -> Files.exists(dir.resolve("config.json")));
    if (adapter.isEmpty() || Files.exists(adapter.get().resolve(KnownTasks.FILE))) {
      return Optional.empty();
    }
    ModelConfig config = ModelConfig.read(adapter.get());
    return Optional.of(
            new SharedBase(
                ModelPlace.folder(voice.model()).toAbsolutePath(),
                Labels.of(config),
                voice.device(),
                voice.quantize()))
        .filter(
            base ->
                AdapterBase.is(config, "ForSequenceClassification")
                    && base.labels().problem() == Problem.REGRESSION);
  }

  /** A model with several adapters, one of which is in force at a time. */
  private static final class Shared {
    private final ModelFolder folder;
    private final Classifier model;
    private final AdapterSet<Classifier> adapters;
    private final RewardHead head;
    private int users;

    private Shared(ModelFolder folder, Classifier model) {
      this.folder = folder;
      this.model = model;
      this.adapters = new AdapterSet<>(model);
      this.head = RewardHead.of(model, folder);
    }

    static Shared open(SharedBase base, Writer.Voice voice) {
      ModelFolder folder = ModelFolder.open(base.folder());
      return new Shared(folder, Classifier.load(folder.path(), voice.compute(), base.labels(), 0));
    }

    TokenReward with(Path adapter) {
      String name = Integer.toString(adapters.names().size());
      adapters.add(name, adapter);
      users++;
      return new TokenReward() {
        @Override
        public List<Score> of(List<Asked> answers) {
          adapters.use(name);
          return RewardModel.scores(head, answers);
        }

        @Override
        public boolean takes(Asked answer) {
          return head.takes(answer.answered());
        }

        @Override
        public void close() {
          users--;
          closeUnused();
        }
      };
    }

    void closeUnused() {
      if (users == 0) {
        adapters.close();
        model.close();
        folder.close();
        users = -1;
      }
    }
  }
}
