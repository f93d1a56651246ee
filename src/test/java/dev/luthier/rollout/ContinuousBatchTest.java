package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a batch takes, and that its log-probabilities are those of training. */
class ContinuousBatchTest {
  private static final Path LLAMA = Golden.SHIPPED.resolve("llama/model");

  /** golden/llama: 2 layers x keys and values x 2 heads x width 16 x 4 bytes. */
  private static final long TOKEN = 2 * 2 * 2 * 16 * 4;

  /** Few tokens to draw from: rounding seldom decides which. */
  private static final Sampling FEW = new Sampling(1.5, 4, 1, 0, 1);

  private static Generation run(
      CausalLm model,
      List<int[]> prompts,
      int samples,
      Sampling sampling,
      int most,
      Budget budget) {
    int vocabulary = model.config().vocabSize();
    Set<Integer> ends =
        IntStream.range(0, vocabulary).filter(i -> i % 37 == 1).boxed().collect(Collectors.toSet());
    Generator.Limits limits = new Generator.Limits(most, ends, List.of());
    return new Generator(Generative.of(model), ids -> "", sampling, limits, budget)
        .run(prompts, samples, 3, null);
  }

  private static List<int[]> prompts(int count, int longest, int vocabulary) {
    Random random = new Random(4);
    return IntStream.range(0, count)
        .mapToObj(i -> random.ints(1 + random.nextInt(longest), 3, vocabulary).toArray())
        .toList();
  }

  /**
   * The law: a sampled token's log-probability is that of the training forward, to 1e-5.
   */
  @TestFactory
  Stream<DynamicTest> logProbabilitiesAreThoseOfTraining() {
    return Stream.of(Path.of("models/tiny-base"), LLAMA)
        .flatMap(
            dir ->
                Stream.of(Sampling.MODEL, new Sampling(0.8, 0, 0.9, 0, 1))
                    .map(
                        s ->
                            DynamicTest.dynamicTest(
                                dir + " at temperature " + s.temperature(),
                                () -> sameAsTraining(dir, s))));
  }

  private static void sameAsTraining(Path dir, Sampling sampling) {
    try (CausalLm model = CausalLm.load(dir, Compute.CPU)) {
      List<int[]> prompts = prompts(7, 30, model.config().vocabSize());
      List<Completion> made = run(model, prompts, 3, sampling, 40, Budget.rows(6)).completions();
      assertThat(made.stream().map(c -> c.ids().length).distinct().count()).isGreaterThan(4);
      List<int[]> whole = new ArrayList<>();
      for (int i = 0; i < made.size(); i++) {
        int[] prompt = prompts.get(i / 3);
        int[] ids = Arrays.copyOf(prompt, prompt.length + made.get(i).ids().length);
        System.arraycopy(made.get(i).ids(), 0, ids, prompt.length, made.get(i).ids().length);
        whole.add(ids);
      }
      try (Scope scope = new Scope()) { // gradients are on, as in training
        Tensor logits = model.logits(model.hidden(Sequences.of(whole, Compute.CPU)));
        Tensor all = torch.log_softmax(logits, -1); // (N, V)
        long row = 0;
        for (int i = 0; i < made.size(); i++) {
          Completion c = made.get(i);
          long from = row + prompts.get(i / 3).length - 1;
          long[] ids = Arrays.stream(c.ids()).asLongStream().toArray();
          Tensor drawn =
              all.narrow(0, from, ids.length).gather(1, Ops.longs(ids, Compute.CPU).unsqueeze(1));
          assertThat(c.logProbs()).containsExactly(Ops.toFloats(drawn), within(1e-5f));
          row += whole.get(i).length;
        }
      }
    }
  }

  @Test
  void aPromptIsComputedOnceHoweverFewRowsItsSamplesFind() {
    try (CausalLm model = CausalLm.load(LLAMA, Compute.CPU)) {
      List<int[]> prompts = prompts(3, 20, 320);
      int tokens = prompts.stream().mapToInt(p -> p.length).sum();
      List<Completion> alone = null;
      for (int rows : new int[] {1, 4, 64}) {
        Generation made = run(model, prompts, 10, FEW, 30, Budget.rows(rows));
        assertThat(made.usage().promptTokens()).isEqualTo(tokens);
        assertThat(made.usage().rows()).isBetween(1, rows);
        alone = alone == null ? made.completions() : alone;
        for (int i = 0; i < 30; i++) {
          assertThat(made.completions().get(i).ids()).isEqualTo(alone.get(i).ids());
        }
      }
    }
  }

  @Test
  void freeRowsAreFilledWhileOthersGoOn() {
    // 40 sequences in 8 rows: sets that wait for their longest would take the sum of five longest.
    try (CausalLm model = CausalLm.load(LLAMA, Compute.CPU)) {
      Generation made = run(model, prompts(40, 10, 320), 1, FEW, 60, Budget.rows(8));
      int[] lengths = made.completions().stream().mapToInt(c -> c.ids().length).toArray();
      int all = Arrays.stream(lengths).sum();
      int longest = Arrays.stream(lengths).max().orElseThrow();
      // Every step gives 8 tokens but for the last sequences, where some rows stay empty.
      assertThat(made.usage().rows()).isEqualTo(8);
      assertThat(made.usage().steps()).isLessThanOrEqualTo(all / 8 + longest);
    }
  }

  @Test
  void theMemoryIsBoundedAndTold() {
    try (CausalLm model = CausalLm.load(LLAMA, Compute.CPU)) {
      List<int[]> prompts = prompts(20, 20, 320);
      List<Completion> free = run(model, prompts, 2, FEW, 60, Budget.rows(40)).completions();
      int longest = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
      // A row of the longest: prompt and 60 tokens, the prompt once more, and one prompt aside.
      long three = (3L * (2 * longest + 60) + longest) * TOKEN;
      Generation made = run(model, prompts, 2, FEW, 60, new Budget(40, three));
      assertThat(made.usage().cacheBytes()).isPositive().isLessThanOrEqualTo(three);
      assertThat(made.usage().rows()).isBetween(3, 5);
      for (int i = 0; i < 40; i++) {
        assertThat(made.completions().get(i).ids()).isEqualTo(free.get(i).ids());
      }
    }
  }

  @Test
  void shortOnesAreNotHeldBackByALongOne() {
    // Memory for 1 row of 100 + 20 tokens is memory for many of 2 + 20: (2 x 100 + 20 + 100) = 320
    // tokens; a short row counts 24 and 2 aside, so 13 fit.
    try (CausalLm model = CausalLm.load(LLAMA, Compute.CPU)) {
      List<int[]> prompts = new ArrayList<>(List.of(new int[100]));
      IntStream.range(0, 20).forEach(i -> prompts.add(new int[] {5, 6 + i}));
      Generation made = run(model, prompts, 1, FEW, 20, new Budget(32, 320 * TOKEN));
      assertThat(made.usage().rows()).isEqualTo(13);
      assertThat(made.usage().cacheBytes()).isLessThanOrEqualTo(320 * TOKEN);
    }
  }

  @Test
  void whatNeverFitsIsRefusedWithItsNeed() {
    try (CausalLm model = CausalLm.load(LLAMA, Compute.CPU)) {
      // 2 x 8 + 10 + 8 = 34 tokens of 512 bytes.
      assertThatThrownBy(
              () ->
                  run(
                      model,
                      List.of(new int[] {4}, new int[8]),
                      1,
                      FEW,
                      10,
                      new Budget(4, 34 * TOKEN - 1)))
          .isInstanceOf(UserError.class)
          .hasMessageContainingAll("sequence 1", "8 tokens", "17,408", "17,407", "--cache-mb");
      assertThatThrownBy(() -> new Budget(1, 0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("memory");
    }
  }
}
