package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.model.CausalLm;
import dev.luthier.train.Steps;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Batches of random tokens, every one a target. */
record RandomRows(int rows, int length, long total, CausalLm model) implements Steps<TokenBatch> {
  @Override
  public long perEpoch() {
    return total;
  }

  @Override
  public List<Micro<TokenBatch>> at(long step) {
    Random random = new Random(step);
    boolean[] trained = new boolean[length];
    Arrays.fill(trained, true);
    List<TokenRow> batch =
        IntStream.range(0, rows)
            .mapToObj(i -> random.ints(length, 0, model.config().vocabSize()).toArray())
            .map(ids -> new TokenRow(ids, trained))
            .toList();
    int targets = rows * (length - 1);
    return List.of(
        new Micro<>(
            () -> TokenBatch.of(batch, model.compute()),
            targets,
            (long) rows * length,
            "random tokens"));
  }
}
