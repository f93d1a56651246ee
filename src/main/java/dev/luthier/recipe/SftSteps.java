package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.MicroBatch;
import dev.luthier.data.Packer;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Steps;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The steps of a supervised run: rows, or bins of packed rows, batched and cut into parts.
 *
 * @param bins one row each, or several that share a sequence
 */
record SftSteps(Batches<List<TokenRow>> bins, OptimSpec optim, Compute compute)
    implements Steps<TokenBatch> {

  static SftSteps of(List<TokenRow> rows, Recipe recipe, Sft sft, int maxLength, Compute compute) {
    List<List<TokenRow>> bins =
        sft.packing() == Sft.Packing.BEST_FIT
            ? Packer.pack(rows, maxLength)
            : rows.stream().map(List::of).toList();
    Batches.Order order =
        recipe.data().shuffle()
            ? Batches.Order.shuffled(recipe.seed())
            : Batches.Order.AS_THEY_STAND;
    return new SftSteps(
        new Batches<>(bins, recipe.optim().batch(), order), recipe.optim(), compute);
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
    String place = "a batch of %d rows, %d tokens".formatted(rows.size(), tokens);
    return new Micro<>(() -> TokenBatch.of(rows, compute), targets, tokens, place);
  }

  /** Rows cut into parts for measuring, each small enough for the memory of a training part. */
  static List<List<TokenRow>> parts(List<TokenRow> rows, OptimSpec optim) {
    return new MicroBatch.Rows(optim.rowsAtOnce()).split(rows);
  }
}
