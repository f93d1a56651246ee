package dev.luthier.rollout;

import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.rollout.Guest.Party;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The memory for keys and values of an open batch. Rows move to a larger one where they no longer
 * fit, and to a smaller one where much of it is empty when others come: both are there for that
 * moment. What a sequence may become is what it counts with.
 */
final class Rooming {
  /** A memory so many times as large as needed is given back. */
  private static final long WASTE = 4;

  private final Generative model;
  private final Budget budget;
  private @Nullable Decoding decoding;
  private Size size = new Size(0, 0, 0);

  Rooming(Generative model, Budget budget) {
    this.model = model;
    this.budget = budget;
  }

  /**
   * @param prompt the longest
   * @param most the most new tokens of one
   */
  private record Size(int rows, int prompt, int most) {
    boolean holds(Size other) {
      return rows >= other.rows && prompt >= other.prompt && most >= other.most;
    }

    long cells() {
      return (long) rows * (prompt + most);
    }
  }

  /** What all of them may become; where prompt and answer share a context, no more than that. */
  private Size size(List<Guest> running, List<Party> more) {
    List<Party> all =
        Stream.concat(running.stream().map(Guest::party), more.stream()).distinct().toList();
    int rows = running.size() + more.stream().mapToInt(p -> p.guests().size()).sum();
    int prompt = max(all, Party::prompt);
    return new Size(rows, prompt, Math.min(max(all, Party::most), model.room(prompt)));
  }

  private static int max(List<Party> all, ToIntFunction<Party> of) {
    return all.stream().mapToInt(of).max().orElse(0);
  }

  /** Whether those that run and those that come fit, the prompts that are started beside them. */
  boolean fit(List<Guest> running, List<Party> more) {
    return bytes(size(running, more), more) <= budget.cacheBytes();
  }

  private long bytes(Size of, List<Party> more) {
    return model.bytes(of.rows, of.prompt, of.most)
        + model.bytes(more.size(), max(more, Party::prompt), 0);
  }

  /** Makes room for those that come beside those that run, which are in it already. */
  void make(List<Guest> running, List<Party> more) {
    Size need = size(running, more);
    if (decoding != null && size.holds(need) && size.cells() <= WASTE * need.cells()) {
      return;
    }
    int rows = Math.min(budget.rows(), Integer.highestOneBit(Math.max(1, 2 * need.rows - 1)));
    Size ample = new Size(rows, need.prompt, need.most);
    Size next = bytes(ample, more) <= budget.cacheBytes() ? ample : need;
    Decoding larger = model.open(next.rows, next.prompt, next.most);
    if (decoding != null) {
      if (!running.isEmpty()) {
        larger.admit(decoding, IntStream.range(0, running.size()).toArray());
      }
      decoding.close();
    }
    decoding = larger;
    size = next;
  }

  /** The rows; somebody must have made room for them. */
  Decoding decoding() {
    if (decoding == null) {
      throw new IllegalStateException("there are no rows");
    }
    return decoding;
  }

  long bytes() {
    return decoding == null ? 0 : decoding.bytes();
  }

  /** Gives the memory back. */
  void empty() {
    if (decoding != null) {
      decoding.close();
      decoding = null;
      size = new Size(0, 0, 0);
    }
  }
}
