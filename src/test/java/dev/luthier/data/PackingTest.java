package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PackingTest {
  private static List<TokenRow> rows(Integer... lengths) {
    return rows(Arrays.asList(lengths));
  }

  private static List<TokenRow> rows(List<Integer> lengths) {
    return lengths.stream().map(n -> new TokenRow(new int[n], new boolean[n])).toList();
  }

  private static int tokens(List<TokenRow> rows) {
    return rows.stream().mapToInt(TokenRow::length).sum();
  }

  private static List<List<Integer>> lengths(List<List<TokenRow>> bins) {
    return bins.stream().map(b -> b.stream().map(TokenRow::length).toList()).toList();
  }

  @Test
  void bestFitDecreasing() {
    // Capacity 10, longest first 7 6 4 3 3 1: 7 opens a bin (room 3), 6 another (room 4), 4 fills
    // the second, 3 fills the first, 3 opens a third (room 7), 1 goes there.
    assertThat(lengths(Packer.pack(rows(3, 7, 1, 4, 6, 3), 10)))
        .containsExactly(List.of(7, 3), List.of(6, 4), List.of(3, 1));
    // The fullest bin wins, not the first: rooms are 4 (of 6) and 3 (of 7) when 3 comes.
    assertThat(lengths(Packer.pack(rows(6, 7, 3), 10))).containsExactly(List.of(7, 3), List.of(6));
    assertThatThrownBy(() -> Packer.pack(rows(11), 10))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Law: every row once, no bin too full, and no two bins that one could hold. */
  @Property
  void packingKeepsEveryRowAndNeverOverflows(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 32) Integer> lengths) {
    List<TokenRow> rows = rows(lengths);
    List<List<TokenRow>> bins = Packer.pack(rows, 32);
    List<TokenRow> all = bins.stream().flatMap(List::stream).toList();
    assertThat(all).usingElementComparator((a, b) -> a == b ? 0 : 1).hasSize(rows.size());
    assertThat(rows).allMatch(row -> all.stream().filter(r -> r == row).count() == 1);
    assertThat(bins).allMatch(bin -> tokens(bin) <= 32);
    int[] fill = bins.stream().mapToInt(PackingTest::tokens).sorted().toArray();
    assertThat(fill.length < 2 || fill[0] + fill[1] > 32).isTrue();
  }

  /** Law: every epoch has each item once; batches are full but for the last. */
  @Property
  void everyEpochSeesEveryItemOnce(
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll @IntRange(min = 1, max = 9) int size,
      @ForAll long seed) {
    Batches<Integer> batches =
        new Batches<>(IntStream.range(0, n).boxed().toList(), size, Batches.Order.shuffled(seed));
    long steps = batches.stepsPerEpoch();
    assertThat(steps).isEqualTo((n + size - 1) / size);
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Integer> seen = new ArrayList<>();
      for (long step = epoch * steps; step < (epoch + 1) * steps; step++) {
        assertThat(batches.epoch(step)).isEqualTo(epoch);
        List<Integer> batch = batches.at(step);
        assertThat(batch.size()).isEqualTo(Math.min(size, n - seen.size()));
        seen.addAll(batch);
      }
      assertThat(seen).containsExactlyInAnyOrderElementsOf(batches.items());
    }
  }

  /** Law: a run that starts at step s sees what the unbroken run sees from s on. */
  @Property(tries = 100)
  void resumedIsTheSameRun(
      @ForAll @IntRange(min = 1, max = 30) int n,
      @ForAll @IntRange(min = 1, max = 7) int size,
      @ForAll @IntRange(max = 50) int from,
      @ForAll long seed) {
    List<Integer> items = IntStream.range(0, n).boxed().toList();
    Batches<Integer> unbroken = new Batches<>(items, size, Batches.Order.shuffled(seed));
    List<List<Integer>> all = LongStream.range(0, 60).mapToObj(unbroken::at).toList();
    Batches<Integer> resumed = new Batches<>(items, size, Batches.Order.shuffled(seed));
    assertThat(LongStream.range(from, 60).mapToObj(resumed::at).toList())
        .isEqualTo(all.subList(from, 60));
  }

  @Test
  void epochsDifferAndFileOrderDoesNot() {
    List<Integer> items = IntStream.range(0, 20).boxed().toList();
    Batches<Integer> shuffled = new Batches<>(items, 20, Batches.Order.shuffled(5));
    assertThat(shuffled.at(0)).isNotEqualTo(shuffled.at(1));
    Batches<Integer> plain = new Batches<>(items, 8, Batches.Order.AS_THEY_STAND);
    assertThat(plain.at(2)).containsExactly(16, 17, 18, 19);
    assertThat(plain.at(3)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThatThrownBy(() -> new Batches<>(items, 0, Batches.Order.AS_THEY_STAND))
        .isInstanceOf(UserError.class)
        .hasMessage("optim.batch must be at least 1, was 0");
  }

  @Test
  void microBatchesByRowsAndByTokens() {
    List<TokenRow> rows = rows(5, 3, 9, 2, 4);
    assertThat(lengths(new MicroBatch.Rows(2).split(rows)))
        .containsExactly(List.of(5, 3), List.of(9, 2), List.of(4));
    // At most 8 at once: 5 + 3 = 8 fits, 9 is longer and goes alone, 2 + 4 = 6 fits.
    assertThat(lengths(new MicroBatch.Tokens(8).split(rows)))
        .containsExactly(List.of(5, 3), List.of(9), List.of(2, 4));
    assertThat(new MicroBatch.Tokens(8).split(List.of())).isEmpty();
    assertThatThrownBy(() -> new MicroBatch.Rows(0)).isInstanceOf(UserError.class);
  }

  /** Law: micro-batches are the step's rows in their order. */
  @Property
  void microBatchesLoseNothing(
      @ForAll @NotEmpty @Size(max = 40) List<@IntRange(min = 1, max = 20) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 30) int limit) {
    List<TokenRow> rows = rows(lengths);
    for (MicroBatch cut : List.of(new MicroBatch.Rows(limit), new MicroBatch.Tokens(limit))) {
      List<List<TokenRow>> parts = cut.split(rows);
      assertThat(parts.stream().flatMap(List::stream).toList()).isEqualTo(rows);
      assertThat(parts).noneMatch(List::isEmpty);
    }
    assertThat(new MicroBatch.Tokens(limit).split(rows))
        .allMatch(part -> part.size() == 1 || tokens(part) <= limit);
  }
}
