package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.MicroBatch;
import dev.luthier.data.Packer;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.tensor.Compute;
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
record SftSteps(
    Batches<List<TokenRow>> bins, Map<TokenRow, Integer> numbers, OptimSpec optim, Compute compute)
    implements Steps<TokenBatch> {
  private static final int NAMED = 8;

  static SftSteps of(List<TokenRow> rows, Recipe recipe, Sft sft, int maxLength, Compute compute) {
    List<List<TokenRow>> bins =
        sft.packing() == Sft.Packing.BEST_FIT
            ? Packer.pack(rows, maxLength)
            : rows.stream().map(List::of).toList();
    Batches.Order order =
        recipe.data().shuffle()
            ? Batches.Order.shuffled(recipe.seed())
            : Batches.Order.AS_THEY_STAND;
    Map<TokenRow, Integer> numbers = new IdentityHashMap<>();
    rows.forEach(row -> numbers.put(row, numbers.size() + 1));
    return new SftSteps(
        new Batches<>(bins, recipe.optim().batch(), order), numbers, recipe.optim(), compute);
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
  public List<Micro<TokenBatch>> at(long step) {
    List<List<TokenRow>> items = bins.at(step);
    int n = optim.rowsAtOnce();
    return IntStream.range(0, (items.size() + n - 1) / n)
        .mapToObj(i -> items.subList(i * n, Math.min(items.size(), (i + 1) * n)))
        .map(part -> micro(part.stream().flatMap(List::stream).toList()))
        .toList();
  }

  private Micro<TokenBatch> micro(List<TokenRow> rows) {
    long targets = rows.stream().mapToLong(TokenRow::targets).sum();
    long tokens = rows.stream().mapToLong(TokenRow::length).sum();
    return new Micro<>(() -> TokenBatch.of(rows, compute), targets, tokens, place(rows));
  }

  private String place(List<TokenRow> rows) {
    String named =
        rows.stream()
            .limit(NAMED)
            .map(row -> String.valueOf(numbers.get(row)))
            .collect(Collectors.joining(", "));
    String more = rows.size() > NAMED ? " and %d more".formatted(rows.size() - NAMED) : "";
    return "rows %s%s of those used for training".formatted(named, more);
  }

  /** Rows cut into parts for measuring, each small enough for the memory of a training part. */
  static List<List<TokenRow>> parts(List<TokenRow> rows, OptimSpec optim) {
    return new MicroBatch.Rows(optim.rowsAtOnce()).split(rows);
  }
}
