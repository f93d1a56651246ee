package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.data.TokenBatch;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The rollouts of a run: takes them from where they come from, has them read by the reference and
 * the value model as these are when learning from them begins, and keeps them while they last.
 *
 * @param adapted the policy that trains
 * @param reference of those who pay for the distance from it
 * @param value of those who have a value model
 * @param memory what came of each prompt when it was last answered
 * @param waiting where rollouts wait that several steps learn from
 */
record Rollouts(
    RolloutSource source,
    RolloutSpec spec,
    Adapted<CausalLm> adapted,
    Likelihood likelihood,
    Chunk chunk,
    Reader reader,
    Optional<FrozenPolicy> reference,
    Optional<ValueModel> value,
    PromptMemory memory,
    Optional<WaitingRollouts> waiting)
    implements AutoCloseable {

  /** The answers to prompts. */
  Rollout of(long index, List<PromptRow> prompts) {
    long begin = System.nanoTime();
    Written written = source.of(index, prompts);
    Rollout bare = known(written.rollout());
    float[] held =
        adapted
            .model()
            .dropout()
            .still(() -> reference.map(r -> reader.each(bare, r::each)).orElse(new float[0]));
    float[] foretold =
        adapted
            .model()
            .dropout()
            .still(() -> value.map(v -> reader.each(bare, b -> values(v, b))).orElse(new float[0]));
    double waited = (System.nanoTime() - begin) / 1e9;
    Rollout out = bare.read(bare.old(), held, foretold, bare.seconds()).waited(waited);
    waiting.ifPresent(w -> w.write(out));
    written.rounds().forEach(memory::note); // at the end: a rollout that fails leaves no trace
    return out;
  }

  /** With the policy's own log-probabilities where who wrote the answers tells none. */
  private Rollout known(Rollout bare) {
    boolean several = waiting.isPresent() && bare.old().length == 0;
    if (!several && !bare.untold()) {
      return bare;
    }
    float[] own =
        adapted
            .model()
            .dropout()
            .still(() -> reader.each(bare, b -> likelihood.each(adapted.model(), b, chunk)));
    Rollout told = bare.told(own);
    return several ? told.read(own, told.reference(), told.values(), told.seconds()) : told;
  }

  private Tensor values(ValueModel value, TokenBatch batch) {
    return value.of(likelihood.hidden(adapted.model(), batch), batch); // (M)
  }

  /** The rollout that a run was amid when it was broken off. */
  Rollout again(long index) {
    return waiting.orElseThrow().read(index, spec);
  }

  @Override
  public void close() {
    source.close();
  }
}
