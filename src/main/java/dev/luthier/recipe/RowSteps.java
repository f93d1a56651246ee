package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.TrainingRow;
import dev.luthier.model.Model;
import dev.luthier.train.Steps;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The steps of a supervised run: rows, or bins of packed rows, batched and cut into parts.
 *
 * @param bins one row each, or several that share a sequence
 * @param numbers the rows' places among those used, counted from 1; by identity
 */
record RowSteps<R extends TrainingRow, B>(
    Batches<List<R>> bins,
    Map<R, Integer> numbers,
    Batching<R, B> batching,
    OptimSpec optim,
    RowTasks<R> tasks,
    Model model)
    implements Steps<B> {
  private static final int NAMED = 8;

  static <R extends TrainingRow, B> RowSteps<R, B> of(
      Lesson<R, B, ?> lesson, Corpus<R> corpus, Recipe recipe, Model model) {
    List<R> rows = corpus.report().trainRows();
    Batches.Order order =
        recipe.data().shuffle()
            ? Batches.Order.shuffled(recipe.seed())
            : Batches.Order.AS_THEY_STAND;
    Batches<List<R>> bins =
        new Batches<>(lesson.bins(rows, corpus.maxLength()), recipe.optim().batch(), order);
    return new RowSteps<>(bins, numbered(rows), lesson, recipe.optim(), corpus.tasks(), model);
  }

  /** The same data under other settings. */
  RowSteps<R, B> with(OptimSpec other) {
    return new RowSteps<>(bins, numbers, batching, other, tasks, model);
  }

  static <R> Map<R, Integer> numbered(List<R> rows) {
    Map<R, Integer> numbers = new IdentityHashMap<>();
    rows.forEach(row -> numbers.put(row, numbers.size() + 1));
    return numbers;
  }

  @Override
  public long total() {
    long byEpochs =
        optim.epochs().map(e -> Math.max(1, Math.round(e * perEpoch()))).orElse(Long.MAX_VALUE);
    return Math.min(byEpochs, optim.maxSteps().orElse(Long.MAX_VALUE));
  }

  @Override
  public long perEpoch() {
    return bins.stepsPerEpoch();
  }

  @Override
  public List<Micro<B>> at(long step) {
    return parts(step).stream().map(part -> micro(part, bins.epoch(step))).toList();
  }

  /** The rows of each part of a step. */
  List<List<R>> parts(long step) {
    List<List<R>> items = bins.at(step);
    int n = optim.rowsAtOnce();
    return IntStream.range(0, (items.size() + n - 1) / n)
        .mapToObj(i -> items.subList(i * n, Math.min(items.size(), (i + 1) * n)))
        .map(part -> part.stream().flatMap(List::stream).toList())
        .toList();
  }

  private Micro<B> micro(List<R> rows, long epoch) {
    long targets = rows.stream().mapToLong(batching::weight).sum();
    long tokens = rows.stream().mapToLong(TrainingRow::tokens).sum();
    Draw draw = new Draw(epoch, rows.stream().mapToLong(this::number).toArray());
    return new Micro<>(() -> batch(rows, draw), targets, tokens, place(rows));
  }

  /** The batch that goes through the model next. */
  B batch(List<R> rows, Draw draw) {
    tasks.tell(model, rows);
    return batching.batch(rows, draw, model.compute());
  }

  private int number(R row) {
    Integer number = numbers.get(row);
    return number == null ? 0 : number;
  }

  private String place(List<R> rows) {
    String named =
        rows.stream()
            .limit(NAMED)
            .map(row -> String.valueOf(number(row)))
            .collect(Collectors.joining(", "));
    String more = rows.size() > NAMED ? " and %d more".formatted(rows.size() - NAMED) : "";
    return "rows %s%s of those used for training".formatted(named, more);
  }
}
