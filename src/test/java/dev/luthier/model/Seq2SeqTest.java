package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.PromptTuning;
import dev.luthier.peft.Start;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written hangs on its own source and on what stands before it, on nothing else. */
class Seq2SeqTest {
  private static final double SAME = 1e-5;

  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();
  private Seq2Seq model;

  @BeforeEach
  void load() {
    model = Seq2Seq.load(Golden.SHIPPED.resolve("t5/model"), Compute.CPU);
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

  private static void same(Tensor found, Tensor expected) {
    assertThat(Ops.shape(found)).isEqualTo(Ops.shape(expected));
    assertThat(found.sub(expected).abs().max().item_double()).isLessThan(SAME);
  }

  /** The scores behind the start token and the written ones, by one pass over all. */
  private Tensor whole(int[] source, int... written) {
    int[] input = new int[written.length + 1];
    input[0] = model.start();
    System.arraycopy(written, 0, input, 1, written.length);
    Tensor scores = model.logits(model.hidden(of(source), of(input)));
    return scores.narrow(0, written.length, 1);
  }

  @Test
  void labelsAreReadOneLater() {
    assertThat(T5.shiftRight(new int[] {7, 8, 2}, 0, 9)).containsExactly(0, 7, 8);
    assertThat(T5.shiftRight(new int[] {-100, 8, -100, 2}, 5, 9)).containsExactly(5, 9, 8, 9);
    assertThat(T5.shiftRight(new int[] {4}, 5, 9)).containsExactly(5);
    Sequences input = model.decoderInput(List.of(new int[] {7, -100, 2}, new int[] {8}));
    assertThat(Ops.toLongs(input.ids())).containsExactly(0, 7, 0, 0);
    assertThat(input.lengths()).containsExactly(3, 1);
  }

  /** Targets that share a source, with and without tokens of a method before it. */
  @Test
  void aSharedSourceIsReadOnce() {
    int[] a = tokens(7, 1);
    int[] b = tokens(3, 2);
    Sequences targets = of(tokens(2, 3), tokens(5, 4), tokens(1, 5));
    same(model.hidden(of(a, b), new int[] {0, 0, 1}, targets), model.hidden(of(a, a, b), targets));
    same(model.hidden(of(a), new int[] {0, 0, 0}, targets), model.hidden(of(a, a, a), targets));
    PromptTuning prompt = new PromptTuning(3, new Start.Vocabulary(), List.of());
    try (Adapted<Seq2Seq> adapted = Adapted.attach(model, prompt, 1)) {
      adapted.training(false);
      same(
          model.hidden(of(a, b), new int[] {0, 1, 1}, targets), model.hidden(of(a, b, b), targets));
    }
  }

  @Test
  void aBatchOfAnyLengthsEqualsOneByOne() {
    int[][] sources = {tokens(5, 1), tokens(150, 2), tokens(1, 3)};
    int[][] inputs = {tokens(7, 4), tokens(1, 5), tokens(140, 6)};
    Tensor batch = model.hidden(of(sources), of(inputs));
    Tensor read = model.encode(of(sources));
    int at = 0;
    int from = 0;
    for (int i = 0; i < sources.length; i++) {
      same(batch.narrow(0, at, inputs[i].length), model.hidden(of(sources[i]), of(inputs[i])));
      same(read.narrow(0, from, sources[i].length), model.encode(of(sources[i])));
      at += inputs[i].length;
      from += sources[i].length;
    }
  }

  @Test
  void laterTokensChangeNothingBefore() {
    int[] source = tokens(6, 1);
    int[] input = tokens(9, 2);
    Tensor all = model.hidden(of(source), of(input));
    same(all.narrow(0, 0, 4), model.hidden(of(source), of(Arrays.copyOf(input, 4))));
  }

  @Test
  void everyTokenOfTheSourceCounts() {
    int[] source = tokens(6, 1);
    int[] other = source.clone();
    other[5]++;
    Tensor one = model.hidden(of(source), of(tokens(3, 2)));
    Tensor two = model.hidden(of(other), of(tokens(3, 2)));
    assertThat(one.sub(two).abs().max().item_double()).isGreaterThan(1e-3);
  }

  @Test
  void aDecoderNeedsASourceForEachOfItsSequences() {
    assertThatThrownBy(() -> model.hidden(of(tokens(3, 1)), of(tokens(2, 2), tokens(2, 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 sequences with 1 sources");
  }

  @Test
  void tokenByTokenEqualsTheWhole() {
    int[][] sources = {tokens(5, 1), tokens(80, 2), tokens(2, 3)};
    int[][] written = {tokens(70, 4), tokens(70, 5), tokens(70, 6)};
    try (Decoding decoding = Generative.of(model).open(3, 80, 70)) {
      Tensor scores = decoding.start(List.of(sources));
      for (int t = 0; t <= 70; t++) {
        for (int row = 0; row < 3 && (t < 3 || t > 62); row++) { // the cache grows at 64
          same(scores.narrow(0, row, 1), whole(sources[row], Arrays.copyOf(written[row], t)));
        }
        int at = t;
        if (t < 70) {
          scores = decoding.next(Arrays.stream(written).mapToInt(w -> w[at]).toArray());
        }
      }
    }
  }

  @Test
  void rowsAreKeptRepeatedAndAdmitted() {
    int[] a = tokens(5, 1);
    int[] b = tokens(9, 2);
    int[] c = tokens(70, 3);
    Generative generative = Generative.of(model);
    try (Decoding rows = generative.open(2, 9, 8);
        Decoding more = generative.open(1, 70, 8)) {
      rows.start(List.of(a, b));
      rows.next(new int[] {11, 12});
      rows.keep(new int[] {1, 0, 1});
      more.start(List.of(c));
      assertThatThrownBy(() -> rows.admit(more, new int[] {0}))
          .as("a longer source than the rows were opened for")
          .isInstanceOf(IllegalStateException.class);
    }
    try (Decoding rows = generative.open(2, 70, 8);
        Decoding more = generative.open(1, 70, 8)) {
      rows.start(List.of(a, b));
      rows.next(new int[] {11, 12});
      rows.keep(new int[] {1, 0, 1});
      more.start(List.of(c));
      rows.admit(more, new int[] {0, 0});
      assertThat(rows.rows()).isEqualTo(5);
      Tensor scores = rows.next(new int[] {13, 14, 15, 16, 17});
      same(scores.narrow(0, 0, 1), whole(b, 12, 13));
      same(scores.narrow(0, 1, 1), whole(a, 11, 14));
      same(scores.narrow(0, 2, 1), whole(b, 12, 15));
      same(scores.narrow(0, 3, 1), whole(c, 16));
      same(scores.narrow(0, 4, 1), whole(c, 17));
      rows.keep(new int[] {4, 1});
      Tensor next = rows.next(new int[] {18, 19});
      same(next.narrow(0, 0, 1), whole(c, 17, 18));
      same(next.narrow(0, 1, 1), whole(a, 11, 14, 19));
      assertThat(rows.bytes()).isLessThanOrEqualTo(generative.bytes(5, 70, 8));
    }
  }

  /** As on a GPU: activations in bfloat16 under weights that train in float32. */
  @Test
  void bfloat16StaysNearAndTrains() {
    Sequences source = of(tokens(6, 1), tokens(3, 2));
    Sequences input = of(tokens(4, 3), tokens(5, 4));
    Tensor exact = model.logits(model.hidden(source, input));
    Compute half = new Compute("cpu", ScalarType.BFloat16);
    try (Seq2Seq rough = Seq2Seq.load(Golden.SHIPPED.resolve("t5/model"), half);
        AutoGradMode on = new AutoGradMode(true)) {
      for (Parameter p : rough.parameters()) {
        p.set(p.value().to(ScalarType.Float).detach().set_requires_grad(true));
      }
      Tensor scores = rough.logits(rough.hidden(source, input));
      assertThat(scores.sub(exact).abs().max().item_double())
          .isLessThan(0.05 * exact.abs().max().item_double());
      scores.square().mean().backward();
      assertThat(rough.parameters())
          .allMatch(p -> p.value().grad().defined() && p.value().grad().norm().item_double() > 0);
    }
  }
}
