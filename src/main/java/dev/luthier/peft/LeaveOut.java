package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.tensor.Dropout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * AdapterDrop (Rueckle et al. 2021, https://arxiv.org/abs/2010.11918): layers without adapters,
 * best the lowest, whose work is then the base model's for all tasks.
 */
@Doc("Layers without adapters, AdapterDrop (Rueckle et al. 2021)")
public sealed interface LeaveOut {
  /**
   * Whether a layer has no adapter at all.
   *
   * @param layer in its stack
   * @param overall with the layers of stacks before it
   */
  default boolean lacks(int layer, int overall) {
    return false;
  }

  /** What decides from step to step. */
  default Drop drop(Dropout dropout, long seed) {
    return Drop.NEVER;
  }

  /** Adapters in every layer. */
  @Doc("Every layer has adapters")
  record None() implements LeaveOut {}

  /** The specialised variant, section 3: none below a layer, in training and afterwards. */
  @Shorthand
  @Doc("The lowest layers have none, in training and afterwards")
  record Lowest(@Doc("How many") int layers) implements LeaveOut {
    public Lowest {
      Check.atLeast("leave_out.lowest", 1, layers);
    }

    @Override
    public boolean lacks(int layer, int overall) {
      return layer < layers;
    }
  }

  /** Layers of any place. */
  @Shorthand
  @Doc("These layers have none; a decoder's are counted behind its encoder's")
  record Layers(@Doc("Counted from 0") List<Integer> layers) implements LeaveOut {
    public Layers {
      layers.forEach(layer -> Check.atLeast("leave_out.layers", 0, layer));
    }

    @Override
    public boolean lacks(int layer, int overall) {
      return layers.contains(overall);
    }
  }

  /** The robust variant, section 3: in each step of training n lowest, n ~ U{0..most}. */
  @Shorthand
  @Doc("In each step of training a random number of the lowest layers goes without")
  record Random(@Doc("The largest number") @Default("11") int most) implements LeaveOut {
    public Random {
      Check.atLeast("leave_out.random", 1, most);
    }

    @Override
    public Drop drop(Dropout dropout, long seed) {
      return new Drop.Drawn(most, dropout, seed);
    }
  }

  /** The layers without adapters in a model of these stacks, as AdapterHub counts them. */
  static List<Integer> lacking(LeaveOut leaveOut, List<Integer> stacks) {
    int[] first = {0};
    return stacks.stream()
        .flatMap(
            size -> {
              int from = first[0];
              first[0] += size;
              return IntStream.range(0, size)
                  .filter(i -> leaveOut.lacks(i, from + i))
                  .mapToObj(i -> from + i);
            })
        .toList();
  }
}
