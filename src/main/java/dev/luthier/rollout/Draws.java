package dev.luthier.rollout;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Draws the next token of sequences and tells who listens. The random number of a token follows
 * from the seed, the sequence's place in the call and the token's place in the sequence.
 */
record Draws(Sampling sampling, long seed, @Nullable Listener listener) {
  /**
   * @param logits (R, V), a row for each sequence
   */
  void take(List<Running> sequences, Tensor logits) {
    Sampler.Draw draw =
        new Sampler(sampling)
            .draw(
                logits,
                sampling.repetitionPenalty() == 1
                    ? List.of()
                    : sequences.stream().map(Running::seen).toList(),
                sequences.stream()
                    .mapToDouble(r -> Sampler.uniform(seed, r.index(), r.drawn()))
                    .toArray());
    for (int row = 0; row < sequences.size(); row++) {
      Running sequence = sequences.get(row);
      sequence.take(draw, row, listener != null);
      String text = listener == null ? "" : sequence.newText();
      if (listener != null && !text.isEmpty()) {
        listener.text(sequence.index(), text);
      }
    }
  }
}
