package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.peft.Adapted;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Lets the policy answer prompts, on the weights that train, and has the answers scored.
 *
 * @param scoring says what answers to a prompt are worth
 * @param reference of those who pay for the distance from it
 * @param value of those who have a value model
 * @param memory what came of each prompt when it was last answered
 * @param rowsAtOnce how many prompts with their answers are read at once
 * @param waiting where rollouts wait that several steps learn from
 */
record Rollouts(
    ModelFolder folder,
    Adapted<CausalLm> adapted,
    RolloutSpec spec,
    BiFunction<List<PromptRow>, List<Completion>, List<Score>> scoring,
    Likelihood likelihood,
    Optional<FrozenPolicy> reference,
    Optional<ValueModel> value,
    PromptMemory memory,
    Chunk chunk,
    int rowsAtOnce,
    Optional<RolloutFile> waiting,
    long seed) {
  private static final int AT_ONCE = 128;
  private static final int AT_ONCE_ON_GPU = 512; // a step of few takes as long there

  /**
   * Answers all prompts, and others instead of those that teach nothing, where the recipe says so.
   */
  Rollout of(long index, List<PromptRow> prompts) {
    long begin = System.nanoTime();
    boolean training = adapted.model().dropout().training();
    adapted.training(false);
    try {
      Drawn drawn = answered(prompts, Seed.of(seed, index));
      List<Drawn> all = new ArrayList<>(List.of(drawn));
      Set<PromptRow> tried = new HashSet<>(prompts);
      for (int round = 1; round <= spec.redraws() && drawn.flat().length > 0; round++) {
        List<PromptRow> next =
            memory.order(Seed.of(seed, index, round)).stream()
                .filter(p -> !tried.contains(p))
                .limit(drawn.flat().length)
                .toList();
        if (next.isEmpty()) {
          break;
        }
        tried.addAll(next);
        Drawn more = answered(next, Seed.of(seed, index, round));
        all.add(more);
        drawn = drawn.with(more);
      }
      Rollout bare = drawn.rollout(index);
      float[] old =
          waiting.isPresent()
              ? each(bare, b -> likelihood.each(adapted.model(), b, chunk))
              : new float[0];
      float[] held = reference.map(r -> each(bare, r::each)).orElse(new float[0]);
      float[] foretold = value.map(v -> each(bare, b -> values(v, b))).orElse(new float[0]);
      Rollout out = bare.read(old, held, foretold, (System.nanoTime() - begin) / 1e9);
      waiting.ifPresent(file -> file.write(out));
      all.forEach(memory::note); // at the end: a rollout that fails has left no trace
      return out;
    } finally {
      adapted.training(training);
    }
  }

  private Tensor values(ValueModel value, TokenBatch batch) {
    return value.of(likelihood.hidden(adapted.model(), batch), batch); // (M)
  }

  private Drawn answered(List<PromptRow> prompts, long draws) {
    List<Completion> answers = write(prompts, spec.samples(), spec.sampling(), draws);
    List<Score> scores = scoring.apply(prompts, answers);
    return new Drawn(
        prompts,
        answers,
        spec.overlong().map(price -> Overlong.paid(price, answers, scores)).orElse(scores),
        0);
  }

  /** The rollout that a run was amid when it was broken off. */
  Rollout again(long index) {
    return waiting.orElseThrow().read(index, spec);
  }

  /** Answers to each prompt, as it stands. */
  List<Completion> write(List<PromptRow> prompts, int samples, Sampling sampling, long seed) {
    return new Generator(
            Generative.of(adapted.model()),
            ids -> folder.tokenizer().decode(ids, true),
            sampling,
            new Generator.Limits(spec.maxNewTokens(), folder.endTokens(), List.of()),
            Budget.rows(adapted.model().compute().isCuda() ? AT_ONCE_ON_GPU : AT_ONCE))
        .generate(prompts.stream().map(PromptRow::ids).toList(), samples, seed);
  }

  /** A number for each token of all answers, (M). */
  private float[] each(Rollout rollout, Function<TokenBatch, Tensor> read) {
    int[] starts = rollout.starts();
    float[] out = new float[starts[starts.length - 1]];
    int n = rowsAtOnce * rollout.samples();
    for (int from = 0; from < rollout.answers().size(); from += n) {
      int to = Math.min(rollout.answers().size(), from + n);
      List<TokenRow> rows = new ArrayList<>();
      IntStream.range(from, to).forEach(i -> rows.add(rollout.row(i)));
      try (Scope scope = new Scope()) {
        TokenBatch batch = TokenBatch.sharing(rows, adapted.model().compute());
        float[] part = Ops.toFloats(Ops.without(() -> read.apply(batch)));
        System.arraycopy(part, 0, out, starts[from], part.length);
      }
    }
    return out;
  }
}
