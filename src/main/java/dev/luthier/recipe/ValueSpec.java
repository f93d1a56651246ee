package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Problem;
import dev.luthier.model.ValueHead;
import dev.luthier.tensor.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What says how an answer will end, before each of its tokens: PPO's value model. */
@Doc("What says how an answer will end, before each of its tokens")
public sealed interface ValueSpec {
  /** Its peak learning rate, where it has one of its own. */
  Optional<Double> lr();

  /** Where it begins, where that is neither new nor the policy's own folder. */
  Optional<Path> folder();

  /**
   * @throws UserError if its folder is none that it can begin from
   */
  void check(ModelFolder policy);

  /** Reads or makes one beside a policy; the caller closes it. */
  ValueModel open(ModelFolder folder, CausalLm policy, long seed);

  /**
   * @throws UserError if it does not go with the optimizer
   */
  default void check(OptimSpec optim) {
    if (lr().isPresent() && optim.optimizer().findsItsRate()) {
      throw new UserError(
          "value.lr is set, but the optimizer finds its rate; leave one of them out");
    }
  }

  /** A linear map on the policy's states. */
  @Doc("A linear map on the policy's last states: it costs next to nothing")
  record Head(
      @Doc("Whether what it learns ends at the map and does not move the policy's own weights")
          @Default("false")
          boolean detached,
      @Doc("The folder `value` of an earlier result that it goes on from; unset: a new one")
          Optional<Path> start,
      @Doc("Its peak learning rate; unset: that of the run") Optional<Double> lr)
      implements ValueSpec {
    public Head {
      lr.ifPresent(v -> Check.above("head.lr", 0, v));
    }

    @Override
    public Optional<Path> folder() {
      return start;
    }

    @Override
    public void check(ModelFolder policy) {
      start.ifPresent(
          dir -> {
            if (!Files.exists(dir.resolve(ValueHead.FILE))) {
              throw new UserError(
                  "method.ppo.value.head.start is %s, which has no %s; name the folder value of an earlier result"
                      .formatted(dir, ValueHead.FILE));
            }
          });
    }

    @Override
    public ValueModel open(ModelFolder folder, CausalLm policy, long seed) {
      return ValueModel.of(
          start
              .map(dir -> ValueHead.load(dir, policy))
              .orElseGet(() -> ValueHead.fresh(policy, seed)),
          detached);
    }
  }

  /** A model of its own. */
  @Doc("A second model with a score, all of whose weights learn: it does not disturb the policy")
  record Critic(
      @Doc(
              value =
                  "Its folder, with the same tokenizer, such as a reward model's; unset: the model"
                      + " that the run starts from",
              elsewhere = {"value_model", "reward_model_path"})
          Optional<Path> model,
      @Doc("Its peak learning rate; unset: that of the run") Optional<Double> lr)
      implements ValueSpec {
    private static final Labels VALUE = Labels.numbered(1, Problem.REGRESSION);

    public Critic {
      lr.ifPresent(v -> Check.above("critic.lr", 0, v));
    }

    @Override
    public Optional<Path> folder() {
      return model;
    }

    @Override
    public void check(ModelFolder policy) {
      if (model.isEmpty()) {
        return;
      }
      Path dir = model.get();
      if (Files.exists(dir.resolve("adapter_config.json"))) {
        throw new UserError(
            "method.ppo.value.critic.model is %s, an adapter; merge it with ./luthier adapter merge first"
                .formatted(dir));
      }
      ModelConfig config = ModelConfig.read(dir);
      if (config.vocabSize() != policy.config().vocabSize()) {
        throw new UserError(
            "method.ppo.value.critic.model has another vocabulary than model (%d tokens, not %d), so it cannot read the same rows; take a model of the same family"
                .formatted(config.vocabSize(), policy.config().vocabSize()));
      }
      if (Classifier.isOne(config) && Labels.of(config).count() != 1) {
        throw new UserError(
            "method.ppo.value.critic.model is %s, which has %d scores, but a value is one number; take a reward model with one"
                .formatted(dir, Labels.of(config).count()));
      }
    }

    @Override
    public ValueModel open(ModelFolder folder, CausalLm policy, long seed) {
      Compute compute = policy.compute();
      Path from = model.orElse(folder.path());
      Classifier critic =
          Classifier.load(
              from,
              new Compute(compute.device(), compute.dtype(), Optional.empty(), compute.hollow()),
              VALUE,
              seed);
      if (!critic.readsLast()) {
        critic.close();
        throw new UserError(
            "method.ppo.value.critic.model is %s, an encoder, which does not read token by token; take a decoder"
                .formatted(from));
      }
      if (!Classifier.isOne(ModelConfig.read(from)) && !compute.hollow()) {
        critic.scoreNothing(); // its head is new
      }
      return ValueModel.of(critic, from);
    }
  }
}
