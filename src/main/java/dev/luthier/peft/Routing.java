package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Beside;
import dev.luthier.model.Joint;
import dev.luthier.model.Lookup;
import dev.luthier.model.Model;
import dev.luthier.model.Place;
import dev.luthier.model.Projection;
import dev.luthier.model.Seq2Seq;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Which adapter each row of a call's tensors belongs to. Rows of one adapter are gathered, computed
 * together and put back, so the cost is that of a pass for each adapter over its own rows. Letters:
 * N tokens, B sequences.
 *
 * @param source the tokens of the sources, where an encoder reads some
 * @param target the other tokens
 * @param sequences the B rows, a row for each
 */
record Routing(Model model, Rows source, Rows target, Rows sequences) {
  /**
   * The rows of one adapter.
   *
   * @param name empty for the base
   * @param start of those that are neighbours
   * @param at which ones, where they are not neighbours
   */
  record Group(String name, long start, long length, @Nullable Tensor at) {
    Tensor of(Tensor x) {
      if (at != null) {
        return x.index_select(0, at);
      }
      return length == x.size(0) ? x : x.narrow(0, start, length);
    }
  }

  /**
   * All rows.
   *
   * @param back where each row lies when groups are laid end to end; none where it lies as before
   */
  record Rows(long count, List<Group> groups, @Nullable Tensor back) {
    /**
     * @param lengths how many rows each name has, one after the other
     */
    static Rows of(List<String> names, int[] lengths, Compute compute) {
      Map<String, List<Long>> rows = new LinkedHashMap<>();
      long count = 0;
      for (int b = 0; b < lengths.length; b++) {
        List<Long> own = rows.computeIfAbsent(names.get(b), n -> new ArrayList<>());
        for (int i = 0; i < lengths[b]; i++) {
          own.add(count++);
        }
      }
      List<Group> groups = new ArrayList<>();
      long[] back = new long[(int) count];
      long laid = 0;
      for (Map.Entry<String, List<Long>> e : rows.entrySet()) {
        List<Long> own = e.getValue();
        if (own.isEmpty()) {
          continue;
        }
        long start = own.get(0);
        boolean together = own.get(own.size() - 1) - start == own.size() - 1;
        Tensor at = together ? null : Ops.longs(own.stream().mapToLong(r -> r).toArray(), compute);
        groups.add(new Group(e.getKey(), start, own.size(), at));
        for (long row : own) {
          back[(int) row] = laid++;
        }
      }
      boolean moved = false;
      for (int i = 0; i < back.length; i++) {
        moved |= back[i] != i;
      }
      return new Rows(count, groups, moved ? Ops.longs(back, compute) : null);
    }

    Tensor each(Function<Group, Tensor> result) {
      if (groups.size() == 1) {
        return result.apply(groups.get(0));
      }
      Tensor laid = Ops.cat(0, groups.stream().map(result).toArray(Tensor[]::new));
      return back == null ? laid : laid.index_select(0, back);
    }
  }

  /**
   * The index tensors belong to the caller's scope.
   *
   * @param source the lengths of the sources; none where nothing reads a source
   * @param target the lengths of the other sequences
   */
  static Routing of(Model model, List<String> names, int[] source, int[] target) {
    int[] ones = new int[names.size()];
    Arrays.fill(ones, 1);
    return new Routing(
        model,
        Rows.of(names, source, model.compute()),
        Rows.of(names, target, model.compute()),
        Rows.of(names, ones, model.compute()));
  }

  /**
   * What stands in a place.
   *
   * @param by what each adapter puts there
   */
  Object at(Place<?> place, Map<String, Object> by) {
    Object first = by.values().iterator().next();
    Rows tokens = model instanceof Seq2Seq two && two.ofSource(place) ? source : target;
    if (place instanceof Slot slot) {
      if (model instanceof Seq2Seq && slot.base() instanceof Lookup) {
        throw refused(place, by, "changes the table");
      }
      return map(tokens, by, slot.base());
    }
    if (first instanceof Joint) {
      return (Joint)
          (x, read, y, norm) ->
              rows(tokens, x)
                  .each(
                      group ->
                          ((Joint) by.getOrDefault(group.name(), Joint.PLAIN))
                              .of(group.of(x), group.of(read), group.of(y), norm));
    }
    if (first instanceof Beside) {
      return (Beside)
          (y, asked) ->
              rows(tokens, y)
                  .each(
                      group ->
                          ((Beside) by.getOrDefault(group.name(), Beside.NONE))
                              .of(group.of(y), asked.of(group.of(asked.q()))));
    }
    if (first instanceof Projection) {
      return map(tokens, by, x -> x);
    }
    throw refused(place, by, "adds virtual tokens or the like at");
  }

  private static UserError refused(Place<?> place, Map<String, Object> by, String what) {
    return new UserError(
        "adapter %s %s %s, which single rows of a batch cannot have; use it alone"
            .formatted(by.keySet().iterator().next(), what, place.path()));
  }

  private Projection map(Rows tokens, Map<String, Object> by, Projection base) {
    return x ->
        rows(tokens, x)
            .each(group -> ((Projection) by.getOrDefault(group.name(), base)).apply(group.of(x)));
  }

  private Rows rows(Rows tokens, Tensor x) {
    for (Rows some : List.of(tokens, sequences)) {
      if (some.count() == x.size(0)) {
        return some;
      }
    }
    throw new IllegalStateException(
        "%d rows are neither the tokens nor the sequences of the batch that adapters were chosen for"
            .formatted(x.size(0)));
  }
}
