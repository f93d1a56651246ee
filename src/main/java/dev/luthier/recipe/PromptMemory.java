package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.PromptRow;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Whether the answers to each prompt were worth different amounts when it was last answered. Those
 * that were teach something, so they are asked first where others are to be drawn (in the manner of
 * Kimi k1.5, https://arxiv.org/abs/2501.12599, section 2.3.4, which draws prompts more often that
 * are solved less often). It is in the checkpoint, so that a run that goes on draws the same.
 */
final class PromptMemory implements Course {
  private static final float DIFFERED = 1;
  private static final float SAME = -1; // 0: never answered

  private final List<PromptRow> prompts;
  private final Map<PromptRow, Integer> places = new IdentityHashMap<>();
  private final Parameter last; // (P)

  /**
   * @param prompts all that are trained on
   */
  PromptMemory(List<PromptRow> prompts) {
    this.prompts = List.copyOf(prompts);
    for (int i = 0; i < prompts.size(); i++) {
      places.put(prompts.get(i), i);
    }
    try (Scope scope = new Scope()) {
      last = new Parameter("outcomes", Ops.floats(new float[prompts.size()], Compute.CPU));
    }
  }

  /** Takes note of what came of some prompts. */
  void note(Drawn drawn) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      float[] now = Ops.toFloats(last.value());
      for (PromptRow prompt : drawn.prompts()) {
        now[places.get(prompt)] = DIFFERED;
      }
      for (int flat : drawn.flat()) {
        now[places.get(drawn.prompts().get(flat))] = SAME;
      }
      last.value().copy_(Ops.floats(now, Compute.CPU));
    }
  }

  /**
   * All prompts: those whose answers differed, those never answered, the others; by chance among
   * equals.
   */
  List<PromptRow> order(long seed) {
    float[] now = Ops.toFloats(last.value());
    int[] shuffled = Batches.Order.shuffled(seed).of(0, prompts.size());
    return Arrays.stream(shuffled)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -now[i])) // stable
        .map(prompts::get)
        .toList();
  }

  @Override
  public List<Parameter> state() {
    return List.of(last);
  }
}
