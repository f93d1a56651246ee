package dev.luthier.recipe;

import dev.luthier.model.Seq2Seq;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Lets an encoder with a decoder write the likeliest token every time. It keeps nothing between
 * tokens, so every token costs a pass over all before it.
 *
 * @param ends tokens that end an answer, and are no part of it
 * @param most tokens of an answer
 */
record GreedyRewriter(Seq2Seq model, Set<Integer> ends, int most) {

  /**
   * The answers to the prompts, in their order.
   *
   * @param atOnce how many are written together
   */
  List<int[]> write(List<int[]> prompts, int atOnce) {
    List<int[]> out = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += atOnce) {
      out.addAll(together(prompts.subList(from, Math.min(prompts.size(), from + atOnce))));
    }
    return out;
  }

  private List<int[]> together(List<int[]> prompts) {
    List<int[]> read = new ArrayList<>(); // by the decoder: the start token and the answer
    prompts.forEach(prompt -> read.add(new int[] {model.start()}));
    int[] open = IntStream.range(0, prompts.size()).toArray();
    for (int step = 0; step < most && open.length > 0; step++) {
      int[] next = next(at(prompts, open), at(read, open));
      List<Integer> going = new ArrayList<>();
      for (int i = 0; i < open.length; i++) {
        if (!ends.contains(next[i])) {
          int[] before = read.get(open[i]);
          int[] longer = Arrays.copyOf(before, before.length + 1);
          longer[before.length] = next[i];
          read.set(open[i], longer);
          going.add(open[i]);
        }
      }
      open = going.stream().mapToInt(Integer::intValue).toArray();
    }
    return read.stream().map(ids -> Arrays.copyOfRange(ids, 1, ids.length)).toList();
  }

  private static List<int[]> at(List<int[]> all, int[] places) {
    return IntStream.of(places).mapToObj(all::get).toList();
  }

  private int[] next(List<int[]> prompts, List<int[]> read) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      long[] ends = read.stream().mapToLong(ids -> ids.length).toArray();
      Arrays.parallelPrefix(ends, Long::sum);
      Tensor last = Ops.longs(Arrays.stream(ends).map(end -> end - 1).toArray(), model.compute());
      Tensor logits = // (B, V)
          model.logits(
              Sequences.of(prompts, model.compute()), Sequences.of(read, model.compute()), last);
      return Arrays.stream(Ops.toLongs(logits.argmax(new LongOptional(1), false)))
          .mapToInt(Math::toIntExact)
          .toArray();
    }
  }
}
