package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Chunked;
import dev.luthier.model.Model;
import dev.luthier.train.Objective;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A lesson whose choices are the tokens of the vocabulary: so many that head and loss take the
 * targets in chunks. Letters: M targets, H width, V vocabulary.
 */
interface TokenLesson<R extends TrainingRow, B, M extends Model> extends Lesson<R, B, M> {
  /** The states of the tokens that predict a target, (M, H). */
  Tensor hidden(M model, B batch);

  /** (M, H) -> (M, V) in float32. */
  Tensor scores(M model, Tensor hidden);

  @Override
  default Tensor logits(M model, B batch) {
    return scores(model, hidden(model, batch));
  }

  /** The head's matrix (V, H), if scores are its product with states and the loss is usual. */
  default Optional<Tensor> plainHead(M model) {
    return Optional.empty();
  }

  @Override
  default Objective<B> objective(M model, Chunk chunk) {
    HeadLoss loss = new HeadLoss(chunked(model, chunk), () -> plainHead(model));
    return (batch, denominator) ->
        loss.of(hidden(model, batch), targets(batch), denominator, this::loss);
  }

  @Override
  default Judged judged(M model, B batch, Chunk chunk) {
    double[] loss = {0};
    Tensor verdict =
        chunked(model, chunk)
            .each(
                hidden(model, batch),
                targets(batch),
                (logits, targets) -> {
                  loss[0] += loss(logits, targets, 1).total().item_double();
                  return verdict(logits);
                });
    return new Judged(loss[0], verdict);
  }

  /** Its head, some tokens at a time. */
  default Chunked chunked(M model, Chunk chunk) {
    long tokens = chunk.tokens(model.config().vocabSize(), model.compute());
    return new Chunked(states -> scores(model, states), tokens, model.compute());
  }
}
