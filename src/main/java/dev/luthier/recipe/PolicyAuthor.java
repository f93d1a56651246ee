package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.peft.Adapted;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import java.util.List;

/**
 * A policy that answers prompts itself: the one that trains, or one that stands still beside it.
 *
 * @param reads whether it says what it thinks of its answers as training reads them, which nobody
 *     can say any more when it has moved
 */
record PolicyAuthor(
    ModelFolder folder,
    Adapted<CausalLm> adapted,
    RolloutSpec spec,
    Likelihood likelihood,
    Chunk chunk,
    Reader reader,
    boolean reads)
    implements Author {
  /** Another policy that says what it thinks of its answers. */
  PolicyAuthor by(Adapted<CausalLm> other) {
    return new PolicyAuthor(folder, other, spec, likelihood, chunk, reader, true);
  }

  @Override
  public List<Completion> answers(List<PromptRow> prompts, long draws) {
    return adapted
        .model()
        .dropout()
        .still(() -> write(prompts, spec.samples(), spec.sampling(), draws));
  }

  @Override
  public float[] old(Rollout bare) {
    return reads
        ? adapted
            .model()
            .dropout()
            .still(() -> reader.each(bare, b -> likelihood.each(adapted.model(), b, chunk)))
        : new float[0];
  }

  /** Answers to each prompt, as it stands. */
  List<Completion> write(List<PromptRow> prompts, int samples, Sampling sampling, long seed) {
    return new Generator(
            Generative.of(adapted.model()),
            ids -> folder.tokenizer().decode(ids, true),
            sampling,
            new Generator.Limits(spec.maxNewTokens(), folder.endTokens(), List.of()),
            Budget.ofRollouts(adapted.model().compute()))
        .generate(prompts.stream().map(PromptRow::ids).toList(), samples, seed);
  }
}
