package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.TokenBatch;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Chunked;
import dev.luthier.loss.TokenScores;
import dev.luthier.model.CausalLm;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How likely a decoder finds answers behind their prompts. Letters: K answers, M tokens of all, H
 * width.
 */
record Likelihood(SftLesson writing) {
  /** log pi(y | x) of every answer, the sum over its tokens: (K) float32. */
  Tensor of(CausalLm model, AnswersBatch batch, Chunk chunk) {
    Tensor each = each(model, batch.written(), chunk); // (M)
    Tensor zeros =
        torch.zeros(new long[] {batch.answers()}, model.compute().options(ScalarType.Float));
    return zeros.index_add(0, batch.owner(), each); // (K)
  }

  /** log pi of every learnt token, (M) float32. */
  Tensor each(CausalLm model, TokenBatch batch, Chunk chunk) {
    return read(model, hidden(model, batch), batch, chunk, false).logProbabilities();
  }

  /** The states that every learnt token is drawn from, (M, H). */
  Tensor hidden(CausalLm model, TokenBatch batch) {
    return writing.hidden(model, batch);
  }

  /**
   * What is read of a batch.
   *
   * @param logProbabilities (M) float32
   * @param entropies (M) float32 of what each token is drawn from, where they are asked for
   */
  record Read(Tensor logProbabilities, Optional<Tensor> entropies) {}

  /**
   * The same of states that are known.
   *
   * @param hidden (M, H)
   */
  Read read(CausalLm model, Tensor hidden, TokenBatch batch, Chunk chunk, boolean entropies) {
    Chunked head = writing.chunked(model, chunk);
    if (!entropies) {
      return new Read(head.logProbabilities(hidden, batch.targets()), Optional.empty());
    }
    Tensor both = head.rows(hidden, batch.targets(), 2, TokenScores::withEntropies); // (M, 2)
    return new Read(both.select(1, 0), Optional.of(both.select(1, 1)));
  }
}
