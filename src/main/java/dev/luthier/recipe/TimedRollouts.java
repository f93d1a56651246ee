package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.peft.Adapted;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Rollouts of answers that nothing ends, with a clock. */
final class TimedRollouts implements Steps<PolicyBatch> {
  /**
   * Seconds of a rollout.
   *
   * @param reading log-probabilities by the policy that wrote the answers, where they are needed
   * @param training all steps on it
   */
  record Round(double answering, double reading, double training) {
    /** What of it goes into answering. */
    double share() {
      return answering / (answering + reading + training);
    }
  }

  private final ModelFolder folder;
  private final Adapted<CausalLm> adapted;
  private final RolloutBench.Load load;
  private final AnswersMethod method;
  private final Likelihood likelihood;
  private final int all;
  private final List<Round> rounds = new ArrayList<>();
  private @Nullable RolloutParts current;
  private double answering;
  private double reading;
  private double training;
  private int update;
  private long begun;

  /**
   * @param all how many rollouts
   */
  TimedRollouts(
      ModelFolder folder,
      Adapted<CausalLm> adapted,
      RolloutBench.Load load,
      AnswersMethod method,
      Likelihood likelihood,
      int all) {
    this.folder = folder;
    this.adapted = adapted;
    this.load = load;
    this.method = method;
    this.likelihood = likelihood;
    this.all = all;
  }

  @Override
  public long total() {
    return (long) all * load.minibatches();
  }

  @Override
  public long perEpoch() {
    return total();
  }

  @Override
  public List<Micro<PolicyBatch>> at(long step) {
    update = (int) (step % load.minibatches());
    if (update == 0 || current == null) {
      adapted.training(false);
      current = answered(step / load.minibatches());
      adapted.training(true);
      training = 0;
    }
    begun = now();
    return parts(current);
  }

  private RolloutParts answered(long index) {
    Compute compute = adapted.model().compute();
    begun = now();
    List<PromptRow> prompts = prompts(index);
    List<Completion> answers =
        new Generator(
                Generative.of(adapted.model()),
                ids -> folder.tokenizer().decode(ids, true),
                method.answers().rollout().sampling(),
                new Generator.Limits(load.shape().length(), Set.of(), List.of()),
                Budget.ofRollouts(compute))
            .generate(prompts.stream().map(PromptRow::ids).toList(), load.samples(), index);
    List<Score> scores =
        IntStream.range(0, answers.size()).mapToObj(i -> new Score(i % 2, Map.of())).toList();
    Rollout bare = new Drawn(prompts, answers, scores, 0).rollout(index);
    answering = since(begun);
    begun = now();
    float[] none = {};
    float[] old =
        load.minibatches() == 1
            ? none
            : new Reader(compute, load.promptsAtOnce())
                .each(bare, b -> likelihood.each(adapted.model(), b, new Chunk.Auto()));
    reading = since(begun);
    KlPrice free = new KlPrice(method.answers().kl());
    return RolloutParts.of(bare.read(old, none, none, answering), method, free, compute);
  }

  private List<PromptRow> prompts(long index) {
    Random random = new Random(index);
    int vocabulary = folder.config().vocabSize();
    return IntStream.range(0, load.prompts())
        .mapToObj(
            i ->
                new PromptRow(
                    random.ints(load.promptTokens(), 0, vocabulary).toArray(),
                    load.samples(),
                    load.shape().length()))
        .toList();
  }

  private List<Micro<PolicyBatch>> parts(RolloutParts parts) {
    int n = load.prompts();
    int[] step =
        IntStream.range(update * n / load.minibatches(), (update + 1) * n / load.minibatches())
            .toArray();
    return RolloutSteps.micro(parts, step, load.promptsAtOnce(), "random prompts").toList();
  }

  /** Hears that a step is done. */
  void stepped() {
    training += since(begun);
    if (update == load.minibatches() - 1) {
      rounds.add(new Round(answering, reading, training));
    }
  }

  /** Those that are done. */
  List<Round> rounds() {
    return rounds;
  }

  private double since(long begun) {
    return (now() - begun) / 1e9;
  }

  /** The time when the device has done all it was given. */
  private long now() {
    if (adapted.model().compute().isCuda()) {
      torch.cuda_synchronize();
    }
    return System.nanoTime();
  }
}
