package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Call;
import dev.luthier.model.Projection;
import dev.luthier.model.Tasks;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The tasks of the call that is being computed. Letters: N tokens, T different tasks.
 *
 * @param distinct (T) ascending
 * @param ofTokens (N) for each token its place in distinct
 */
record TasksOfTokens(long[] distinct, long[] ofTokens) {
  static TasksOfTokens of(Call call, Tasks said) {
    long[] ofSequences = said.of(call.sequences());
    long[] distinct = Arrays.stream(ofSequences).distinct().sorted().toArray();
    long[] places = Arrays.stream(ofSequences).map(t -> Arrays.binarySearch(distinct, t)).toArray();
    return new TasksOfTokens(distinct, call.spread(places));
  }

  /**
   * @param key of a recipe that says how many tasks there are
   * @throws UserError if a task is not among so many
   */
  static void refuseUnknown(long[] of, long tasks, String key) {
    Arrays.stream(of)
        .filter(t -> t >= tasks)
        .findFirst()
        .ifPresent(
            t -> {
              throw new UserError(
                  "a sequence belongs to task %d, but %s is %d; tasks count from 0"
                      .formatted(t, key, tasks));
            });
  }

  /**
   * Maps each token by the map of its task, (N, ..) -> (N, ..).
   *
   * @param maps of the tasks, by their places in distinct
   */
  Tensor map(Tensor x, IntFunction<Projection> maps, Compute compute) {
    if (distinct.length == 1) {
      return maps.apply(0).apply(x);
    }
    int[] order =
        IntStream.range(0, ofTokens.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> ofTokens[i])) // stable
            .mapToInt(i -> i)
            .toArray();
    long[] back = new long[order.length];
    IntStream.range(0, order.length).forEach(i -> back[order[i]] = i);
    Tensor sorted = x.index_select(0, longs(order, compute));
    Tensor[] parts = new Tensor[distinct.length];
    long start = 0;
    for (int t = 0; t < parts.length; t++) {
      int task = t;
      long count = Arrays.stream(ofTokens).filter(of -> of == task).count();
      parts[t] = maps.apply(t).apply(sorted.narrow(0, start, count));
      start += count;
    }
    return Ops.cat(0, parts).index_select(0, Ops.longs(back, compute));
  }

  private static Tensor longs(int[] values, Compute compute) {
    return Ops.longs(Arrays.stream(values).asLongStream().toArray(), compute);
  }
}
