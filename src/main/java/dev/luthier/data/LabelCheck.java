package dev.luthier.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Looks at how the labels are spread.
 *
 * @param counted what has a label: rows or words
 */
record LabelCheck(LabelSet labels, String counted) {
  private static final int SHOWN = 8;
  private static final int IMBALANCE = 10;

  Findings inspect(Samples train, Samples eval) {
    long[] trained = counts(train);
    long[] held = counts(eval);
    List<String> warnings = new ArrayList<>(TextRows.emptyTexts(train, eval));
    List<String> errors = new ArrayList<>();
    int[] order = order(trained);
    long most = trained[order[0]];
    int present = (int) IntStream.of(order).filter(id -> trained[id] > 0).count();
    if (present == 1) {
      errors.add(
          "all %d %s of training have the label %s: there is nothing to tell apart"
              .formatted(most, counted, labels.name(order[0])));
    } else if (most >= IMBALANCE * trained[order[present - 1]]) {
      warnings.add(
          "label %s is on %d of %d %s of training, label %s on %d: accuracy will flatter, look at macro F1 too"
              .formatted(
                  labels.name(order[0]),
                  most,
                  total(trained),
                  counted,
                  labels.name(order[present - 1]),
                  trained[order[present - 1]]));
    }
    missing(trained, "training").ifPresent(warnings::add);
    if (total(held) > 0) {
      missing(held, "the evaluation").ifPresent(warnings::add);
    }
    return new Findings(
        lines(trained), total(held) > 0 ? lines(held) : List.of(), warnings, errors);
  }

  private Optional<String> missing(long[] counts, String set) {
    List<String> names =
        IntStream.range(0, counts.length)
            .filter(id -> counts[id] == 0)
            .mapToObj(labels::name)
            .toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d of %d labels are on no %s of %s: %s"
                .formatted(
                    names.size(),
                    labels.size(),
                    counted.substring(0, counted.length() - 1),
                    set,
                    new LabelSet(names)));
  }

  private long[] counts(Samples set) {
    long[] counts = new long[labels.size()];
    set.list().stream()
        .flatMap(sample -> LabelSet.labels(sample.example()))
        .forEach(label -> counts[labels.id(label)]++);
    return counts;
  }

  private static long total(long[] counts) {
    return Arrays.stream(counts).sum();
  }

  /** The ids, the most frequent first. */
  private static int[] order(long[] counts) {
    return IntStream.range(0, counts.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer id) -> -counts[id]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private List<String> lines(long[] counts) {
    int[] order = order(counts);
    List<String> out = new ArrayList<>();
    out.add("%d labels on %d %s".formatted(counts.length, total(counts), counted));
    for (int i = 0; i < order.length; i++) {
      boolean gap = order.length > SHOWN && i == SHOWN - 1;
      if (gap) {
        out.add("  ... %d more ...".formatted(order.length - SHOWN));
        i = order.length - 1;
      }
      long count = counts[order[i]];
      out.add(
          String.format(
              Locale.ROOT,
              "  %-32s %7d %5.1f%%",
              labels.name(order[i]),
              count,
              100.0 * count / total(counts)));
    }
    return out;
  }
}
