package dev.luthier.peft;

import dev.luthier.model.Conv1d;
import dev.luthier.model.FrozenLinear;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How weights divide into units of more than one value.
 *
 * @param of one cut for each weight, in their order
 * @param units how many there are
 */
record Cuts(List<Cut> of, int units) {
  /**
   * The lines of a weight and the units that they belong to.
   *
   * @param axis the lines are counted along it: 0 is rows, or the values of a bias
   * @param units for each line its unit, or -1
   */
  record Cut(int axis, int[] units) {
    /** The sum of each line. */
    Tensor lines(Tensor scores) {
      return scores.dim() == 1
          ? scores
          : scores.sum(new long[] {1 - axis}, false, new ScalarTypeOptional());
    }

    /** Flat indices of the lines whose units are taken, int64, ascending. */
    Tensor indices(long[] shape, boolean[] taken, Compute compute) {
      long[] lines =
          IntStream.range(0, units.length)
              .filter(line -> units[line] >= 0 && taken[units[line]])
              .mapToLong(line -> line)
              .toArray();
      Tensor at = Ops.longs(lines, compute);
      if (shape.length == 1) {
        return at;
      }
      Tensor other = torch.arange(Ops.whole(shape[1 - axis]), compute.options(at.scalar_type()));
      Tensor rows = axis == 0 ? at : other;
      Tensor columns = axis == 0 ? other : at;
      return rows.unsqueeze(1).mul(Ops.whole(shape[1])).add(columns.unsqueeze(0)).reshape(-1);
    }
  }

  /**
   * @param slots the places that hold the weights
   * @param unit not {@link Unit#WEIGHT}
   */
  static Cuts of(Model model, Collection<Slot> slots, List<Parameter> weights, Unit unit) {
    Map<String, Integer> names = new HashMap<>();
    List<Cut> out = new ArrayList<>();
    for (Parameter weight : weights) {
      Slot slot =
          slots.stream()
              .filter(s -> s.base().weights().containsValue(weight))
              .findFirst()
              .orElseThrow();
      out.add(cut(model, slot, weight, unit, names));
    }
    return new Cuts(out, names.size());
  }

  private static Cut cut(
      Model model, Slot slot, Parameter weight, Unit unit, Map<String, Integer> names) {
    long[] shape = weight.shape();
    Stored map = slot.base() instanceof FrozenLinear frozen ? frozen.map() : slot.base();
    int outputs = map instanceof Conv1d && shape.length == 2 ? 1 : 0;
    if (unit == Unit.HEAD) {
      Heads heads = Heads.of(model, slot);
      int axis = heads.axis(shape.length, outputs);
      return new Cut(axis, lines(shape, axis, i -> id(names, heads.name(i, shape.length))));
    }
    return new Cut(
        outputs,
        lines(
            shape,
            outputs,
            i -> id(names, unit == Unit.MATRIX ? slot.path() : slot.path() + ":" + i)));
  }

  private static int[] lines(long[] shape, int axis, IntUnaryOperator unit) {
    int[] out = new int[Math.toIntExact(shape[axis])];
    Arrays.setAll(out, unit);
    return out;
  }

  /** A unit's number; an empty name is none. */
  private static int id(Map<String, Integer> names, String name) {
    return name.isEmpty() ? -1 : names.computeIfAbsent(name, n -> names.size());
  }
}
