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
import java.util.Objects;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * What the answers to each prompt were worth when it was last answered. Where others are to be
 * drawn, those are asked first whose answers differed, since they teach something; those never
 * asked come next; of the rest, which are solved or not to be solved yet, those worth least (in the
 * manner of Kimi k1.5, https://arxiv.org/abs/2501.12599, section 2.3.4, which draws a prompt by how
 * seldom it is solved). It is in the checkpoint, so that a run that goes on draws the same.
 */
final class PromptMemory implements Course {
  private static final float DIFFERED = 0;
  private static final float NEVER = 1;
  private static final float SAME = 2;

  private final List<PromptRow> prompts;
  private final Map<PromptRow, Integer> places = new IdentityHashMap<>();
  private final Parameter last; // (2 P) which of the three, and the mean worth

  /**
   * @param prompts all that are trained on
   */
  PromptMemory(List<PromptRow> prompts) {
    this.prompts = List.copyOf(prompts);
    for (int i = 0; i < prompts.size(); i++) {
      places.put(prompts.get(i), i);
    }
    float[] never = new float[2 * prompts.size()];
    Arrays.fill(never, 0, prompts.size(), NEVER);
    try (Scope scope = new Scope()) {
      last = new Parameter("prompt_memory", Ops.floats(never, Compute.CPU));
    }
  }

  /** Takes note of what came of some prompts. */
  void note(Drawn drawn) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      float[] now = Ops.toFloats(last.value());
      for (int p = 0; p < drawn.prompts().size(); p++) {
        int at = Objects.requireNonNull(places.get(drawn.prompts().get(p)));
        now[at] = drawn.flat(p) ? SAME : DIFFERED;
        now[prompts.size() + at] = (float) drawn.worth(p);
      }
      last.value().copy_(Ops.floats(now, Compute.CPU));
    }
  }

  /** All prompts, the most promising first, by chance among equals. */
  List<PromptRow> order(long seed) {
    float[] now = Ops.toFloats(last.value());
    int[] shuffled = Batches.Order.shuffled(seed).of(0, prompts.size());
    Comparator<Integer> kind = Comparator.comparingDouble(i -> now[i]);
    Comparator<Integer> worth =
        Comparator.comparingDouble(i -> now[i] == SAME ? now[prompts.size() + i] : 0);
    return Arrays.stream(shuffled)
        .boxed()
        .sorted(kind.thenComparing(worth)) // stable
        .map(prompts::get)
        .toList();
  }

  @Override
  public List<Parameter> state() {
    return List.of(last);
  }
}
