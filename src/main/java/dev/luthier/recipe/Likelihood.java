package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.TokenBatch;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How likely a decoder finds answers behind their prompts. Letters: K answers, M tokens of all. */
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
    Tensor hidden = writing.hidden(model, batch); // (M, H)
    return writing.chunked(model, chunk).logProbabilities(hidden, batch.targets());
  }
}
