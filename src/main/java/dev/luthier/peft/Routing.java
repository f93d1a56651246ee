package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Beside;
import dev.luthier.model.Joint;
import dev.luthier.model.Place;
import dev.luthier.model.Projection;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * Which adapter each row of a call's tensors belongs to. Letters: N tokens, B sequences.
 *
 * @param tokens the runs of N rows
 * @param sequences the runs of B rows
 */
record Routing(List<Run> tokens, List<Run> sequences) {
  /**
   * Neighbours with one adapter.
   *
   * @param name empty for the base
   */
  record Run(String name, long start, long length) {}

  static Routing of(List<String> names, Sequences batch) {
    List<Run> tokens = new ArrayList<>();
    List<Run> sequences = new ArrayList<>();
    for (int b = 0; b < names.size(); b++) {
      add(tokens, names.get(b), batch.lengths()[b]);
      add(sequences, names.get(b), 1);
    }
    return new Routing(tokens, sequences);
  }

  private static void add(List<Run> runs, String name, int length) {
    Run last = runs.isEmpty() ? new Run(name, 0, 0) : runs.remove(runs.size() - 1);
    if (last.name().equals(name)) {
      runs.add(new Run(name, last.start(), last.length() + length));
    } else {
      runs.add(last);
      runs.add(new Run(name, last.start() + last.length(), length));
    }
  }

  /**
   * What stands in a place.
   *
   * @param by what each adapter puts there
   */
  Object at(Place<?> place, Map<String, Object> by) {
    Object first = by.values().iterator().next();
    if (place instanceof Slot slot) {
      return (Projection)
          x ->
              joined(
                  x.size(0),
                  run ->
                      ((Projection) by.getOrDefault(run.name(), slot.base())).apply(part(x, run)));
    }
    if (first instanceof Joint) {
      return (Joint)
          (x, read, y, norm) ->
              joined(
                  x.size(0),
                  run ->
                      ((Joint) by.getOrDefault(run.name(), Joint.PLAIN))
                          .of(part(x, run), part(read, run), part(y, run), norm));
    }
    if (first instanceof Beside) {
      return (Beside)
          (y, asked) ->
              joined(
                  y.size(0),
                  run ->
                      ((Beside) by.getOrDefault(run.name(), Beside.NONE))
                          .of(part(y, run), asked.of(part(asked.q(), run))));
    }
    throw new UserError(
        "adapter %s adds virtual tokens or the like at %s, which single rows of a batch cannot have; use it alone"
            .formatted(by.keySet().iterator().next(), place.path()));
  }

  private static Tensor part(Tensor x, Run run) {
    return x.narrow(0, run.start(), run.length());
  }

  private Tensor joined(long rows, Function<Run, Tensor> result) {
    List<Run> runs = end(tokens) == rows ? tokens : sequences;
    if (end(runs) != rows) {
      throw new IllegalStateException(
          "%d rows are neither the tokens nor the sequences of the batch that adapters were chosen for"
              .formatted(rows));
    }
    return Ops.cat(0, runs.stream().map(result).toArray(Tensor[]::new));
  }

  private static long end(List<Run> runs) {
    Run last = runs.get(runs.size() - 1);
    return last.start() + last.length();
  }
}
