package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Course;
import java.util.List;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * A reference policy that is a second model in memory.
 *
 * @param scores log pi(y | x) of every answer of a batch under a model, (K)
 * @param course how it follows the policy, where it does
 */
record FrozenCopy(CausalLm model, BiFunction<CausalLm, AnswersBatch, Tensor> scores, Course course)
    implements Referee {
  @Override
  public Tensor of(List<AnswersRow> rows, AnswersBatch batch) {
    return scores.apply(model, batch);
  }

  @Override
  public void close() {
    model.close();
  }
}
