package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.tensor.Course;
import java.util.List;

/**
 * Rollouts that are written when they are wanted, by somebody who has to be told what the policy
 * has become.
 */
record InTime(RolloutSource drawing, Still still) implements RolloutSource {
  @Override
  public Written of(long index, List<PromptRow> prompts) {
    still.catchUp(index);
    still.settle();
    still.ready();
    return drawing.of(index, prompts);
  }

  @Override
  public Course course() {
    return still;
  }

  @Override
  public void close() {
    still.close();
    drawing.close();
  }
}
