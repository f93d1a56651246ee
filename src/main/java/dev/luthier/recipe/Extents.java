package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.plan.Extent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How large micro-batches of rows are.
 *
 * @param batching says how many targets of a row are scored
 * @param virtual tokens before every sequence
 */
record Extents<R extends TrainingRow>(Batching<R, ?> batching, int virtual) {
  private static final long STEPS = 20_000; // that are looked through
  private static final int TRIED = 400;
  private static final int LEAST = 4; // tokens of a row that is probed with

  Extent of(List<R> rows) {
    return new Extent(
        rows.stream().mapToLong(R::sequences).sum(),
        rows.stream().mapToLong(R::tokens).sum(),
        rows.stream().mapToLong(R::length).max().orElse(1),
        rows.stream().mapToLong(batching::scored).sum(),
        virtual,
        rows.stream().allMatch(R::even)
            && rows.stream().mapToInt(R::length).distinct().count() == 1);
  }

  /** The largest micro-batches of a run: by tokens, targets, cells of attention and its scores. */
  List<Extent> largest(RowSteps<R, ?> steps) {
    long looked = Math.min(STEPS, steps.total());
    return largest(
        LongStream.range(0, looked).boxed().flatMap(s -> steps.parts(s).stream()).map(this::of));
  }

  static List<Extent> largest(Stream<Extent> all) {
    List<Extent> each = all.toList();
    List<ToLongFunction<Extent>> measures =
        List.of(
            Extent::tokens,
            Extent::targets,
            Extent::cells,
            e -> e.cells() * e.longest(),
            e -> e.tokens() + 4 * e.targets());
    return measures.stream()
        .flatMap(m -> each.stream().max(Comparator.comparingLong(m)).stream())
        .distinct()
        .toList();
  }

  /** Two small micro-batches of rows, which go the way that larger ones go. */
  record Pair<R>(List<R> one, List<R> two) {}

  /**
   * @param even whether all their sequences are to be of one length
   */
  Optional<Pair<R>> probes(List<R> rows, boolean even) {
    List<R> sorted =
        rows.stream()
            .filter(r -> r.length() >= LEAST && batching.scored(r) >= 1)
            .sorted(Comparator.comparingInt(R::length))
            .limit(TRIED)
            .toList();
    return even ? evenProbes(sorted) : unevenProbes(sorted);
  }

  private Optional<Pair<R>> evenProbes(List<R> all) {
    List<R> sorted = all.stream().filter(R::even).toList();
    if (sorted.isEmpty()) {
      return Optional.empty();
    }
    List<R> one = List.of(sorted.get(0));
    for (R row : sorted) {
      if (of(List.of(row)).differs(of(one))) {
        return Optional.of(new Pair<>(one, List.of(row)));
      }
    }
    List<R> same = sorted.stream().filter(r -> r.length() == one.get(0).length()).limit(2).toList();
    return same.size() < 2 ? Optional.empty() : Optional.of(new Pair<>(one, same));
  }

  private Optional<Pair<R>> unevenProbes(List<R> sorted) {
    List<R> lengths = new ArrayList<>();
    for (R row : sorted) {
      if (lengths.isEmpty() || lengths.get(lengths.size() - 1).length() != row.length()) {
        lengths.add(row);
      }
    }
    for (int i = 2; i < lengths.size(); i++) {
      List<R> one = List.of(lengths.get(0), lengths.get(1));
      List<R> two = List.of(lengths.get(0), lengths.get(1), lengths.get(i));
      if (of(two).differs(of(one))) {
        return Optional.of(new Pair<>(one, two));
      }
    }
    return lengths.size() < 2
        ? Optional.empty()
        : Optional.of(
            new Pair<>(
                List.of(lengths.get(0), lengths.get(1)),
                List.of(lengths.get(0), lengths.get(1), lengths.get(0))));
  }
}
