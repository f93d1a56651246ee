package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a token's state is does not depend on how the tokens came to the model. */
class KvCacheTest {
  private static final double SAME = 1e-5;

  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();
  private CausalLm model;

  @BeforeEach
  void load() {
    model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
  }

  @AfterEach
  void close() {
    model.close();
    scope.close();
    off.close();
  }

  private static int[] tokens(int count, long seed) {
    return new Random(seed).ints(count, 3, 320).toArray();
  }

  private static Sequences of(int[]... sequences) {
    return Sequences.of(List.of(sequences), Compute.CPU);
  }

  private Tensor alone(int[] sequence) {
    return model.hidden(of(sequence));
  }

  private static void same(Tensor found, Tensor expected) {
    assertThat(Ops.shape(found)).isEqualTo(Ops.shape(expected));
    assertThat(found.sub(expected).abs().max().item_double()).isLessThan(SAME);
  }

  @Test
  void aBatchOfAnyLengthsEqualsOneByOne() {
    int[][] sequences = {tokens(5, 1), tokens(1, 2), tokens(9, 3), tokens(5, 4)};
    Tensor batch = model.hidden(of(sequences));
    int at = 0;
    for (int[] sequence : sequences) {
      same(batch.narrow(0, at, sequence.length), alone(sequence));
      at += sequence.length;
    }
  }

  @Test
  void laterTokensChangeNothingBefore() {
    int[] sequence = tokens(9, 1);
    same(alone(sequence).narrow(0, 0, 4), alone(Arrays.copyOf(sequence, 4)));
  }

  @Test
  void piecesEqualTheWhole() {
    int[] sequence = tokens(12, 1);
    try (KvCache cache = model.cache(1, 12)) {
      List<Tensor> pieces = new ArrayList<>();
      for (int[] piece : new int[][] {{0, 4}, {4, 5}, {5, 6}, {6, 11}, {11, 12}}) {
        int[] next = Arrays.copyOfRange(sequence, piece[0], piece[1]);
        pieces.add(model.hidden(of(next), cache));
        assertThat(cache.lengths()).containsExactly(piece[1]);
      }
      same(Ops.cat(0, pieces.toArray(Tensor[]::new)), alone(sequence));
    }
  }

  /** Two sequences of unlike lengths, each fed in pieces of unlike lengths. */
  @Test
  void piecesOfABatchEqualTheWholes() {
    int[] a = tokens(10, 1);
    int[] b = tokens(7, 2);
    int[][] cuts = {{0, 0}, {6, 2}, {7, 3}, {9, 6}, {10, 7}}; // how much of a, of b
    Tensor wholeA = alone(a);
    Tensor wholeB = alone(b);
    try (KvCache cache = model.cache(2, 12)) {
      for (int i = 1; i < cuts.length; i++) {
        int fromA = cuts[i - 1][0];
        int fromB = cuts[i - 1][1];
        int newA = cuts[i][0] - fromA;
        int newB = cuts[i][1] - fromB;
        Tensor states =
            model.hidden(
                of(
                    Arrays.copyOfRange(a, fromA, fromA + newA),
                    Arrays.copyOfRange(b, fromB, fromB + newB)),
                cache);
        assertThat(cache.lengths()).containsExactly(cuts[i]);
        same(states.narrow(0, 0, newA), wholeA.narrow(0, fromA, newA));
        same(states.narrow(0, newA, newB), wholeB.narrow(0, fromB, newB));
      }
    }
  }

  @Test
  void keptRowsGoOnInTheirNewOrder() {
    int[][] starts = {tokens(3, 1), tokens(6, 2), tokens(4, 3)};
    int[] rows = {2, 0, 2};
    int[] next = tokens(3, 4);
    try (KvCache cache = model.cache(3, 10)) {
      model.hidden(of(starts), cache);
      cache.keep(rows);
      assertThat(cache.lengths()).containsExactly(4, 3, 4);
      Tensor states =
          model.hidden(of(new int[] {next[0]}, new int[] {next[1]}, new int[] {next[2]}), cache);
      for (int i = 0; i < rows.length; i++) {
        int[] start = starts[rows[i]];
        int[] whole = Arrays.copyOf(start, start.length + 1);
        whole[start.length] = next[i];
        same(states.narrow(0, i, 1), alone(whole).narrow(0, start.length, 1));
      }
    }
  }

  @Test
  void tellsItsSize() {
    try (KvCache cache = model.cache(3, 10)) {
      // 2 layers x keys and values x 3 sequences x 2 heads x 10 places x width 16 x 4 bytes
      assertThat(cache.bytes()).isEqualTo(2 * 2 * 3 * 2 * 10 * 16 * 4);
      cache.keep(new int[] {1}); // its memory waits for the next sequences
      assertThat(cache.bytes()).isEqualTo(2 * 2 * 3 * 2 * 10 * 16 * 4);
    }
  }

  @Test
  void refusesMoreThanItHolds() {
    try (KvCache cache = model.cache(1, 10)) {
      model.hidden(of(tokens(8, 1)), cache);
      assertThatThrownBy(() -> model.hidden(of(tokens(3, 2)), cache))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the cache holds 10 tokens of a sequence, 11 are wanted");
    }
  }

  /** Rows of another cache stand behind those held, one of them twice, and all go on. */
  @Test
  void admittedRowsGoOn() {
    int[][] starts = {tokens(70, 1), tokens(6, 2), tokens(4, 3)}; // more than the first places
    int[] next = tokens(4, 4);
    try (KvCache cache = model.cache(1, 100);
        KvCache other = model.cache(2, 10)) {
      model.hidden(of(starts[0]), cache);
      model.hidden(of(starts[1], starts[2]), other);
      cache.admit(other, new int[] {1, 0, 1});
      assertThat(cache.lengths()).containsExactly(70, 4, 6, 4);
      Tensor states =
          model.hidden(
              of(
                  new int[] {next[0]},
                  new int[] {next[1]},
                  new int[] {next[2]},
                  new int[] {next[3]}),
              cache);
      int[] origin = {0, 2, 1, 2};
      for (int i = 0; i < origin.length; i++) {
        int[] start = starts[origin[i]];
        int[] whole = Arrays.copyOf(start, start.length + 1);
        whole[start.length] = next[i];
        same(states.narrow(0, i, 1), alone(whole).narrow(0, start.length, 1));
      }
    }
  }

  @Test
  void placesGrowWithTheSequencesUpToTheCapacity() {
    try (KvCache cache = model.cache(1, 120)) {
      long place = 2 * 2 * 2 * 16 * 4; // layers, keys and values, heads, width, bytes
      assertThat(cache.bytes()).isEqualTo(64 * place);
      model.hidden(of(tokens(64, 1)), cache);
      assertThat(cache.bytes()).isEqualTo(64 * place);
      model.hidden(of(tokens(1, 1)), cache);
      assertThat(cache.bytes()).isEqualTo(120 * place);
    }
  }
}
