package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.rollout.Completion.Finish;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * On the random model golden/llama (320 tokens, a context of 128), which continues PROMPT greedily
 * with 172 132 243 191 191 191 ...
 */
class GeneratorTest {
  private static final int[] PROMPT = {245, 258, 225, 98, 295, 100, 244, 111};
  private static final Sampling WARM = new Sampling(1.5, 50, 0.95, 0.01, 1.1);

  /** A space and a number for each token. */
  private static final Decoder NUMBERS =
      ids -> {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
          text.append(' ').append(id);
        }
        return text.toString();
      };

  private static CausalLm model;

  @BeforeAll
  static void load() {
    model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Generator generator(Sampling sampling, Generator.Limits limits, int maxBatch) {
    return new Generator(model, NUMBERS, sampling, limits, maxBatch);
  }

  private static Generator.Limits limits(int maxNewTokens, Set<Integer> ends, String... stops) {
    return new Generator.Limits(maxNewTokens, ends, List.of(stops));
  }

  private static Completion greedy(Generator.Limits limits) {
    return generator(Sampling.GREEDY, limits, 8).generate(List.of(PROMPT), 0).get(0);
  }

  /** Prompts of 1 to 20 tokens, in no order. */
  private static List<int[]> prompts(int count) {
    Random random = new Random(11);
    return IntStream.range(0, count)
        .mapToObj(i -> random.ints(1 + random.nextInt(20), 3, 320).toArray())
        .toList();
  }

  @Test
  void theLengthEndsACompletion() {
    Completion c = greedy(limits(3, Set.of()));
    assertThat(c.ids()).containsExactly(172, 132, 243);
    assertThat(c.text()).isEqualTo(" 172 132 243");
    assertThat(c.finish()).isEqualTo(Finish.LENGTH);
    assertThat(c.drawLogProbs()).containsExactly(0, 0, 0);
  }

  @Test
  void anyEndTokenEndsACompletionAndIsPartOfItsTokensButNotOfItsText() {
    Completion c = greedy(limits(9, Set.of(7, 243, 191)));
    assertThat(c.ids()).containsExactly(172, 132, 243);
    assertThat(c.text()).isEqualTo(" 172 132");
    assertThat(c.finish()).isEqualTo(Finish.END);
  }

  @Test
  void aStopStringEndsACompletionWhereverTokenBordersLie() {
    Completion c = greedy(limits(9, Set.of(), "nothing", "32 24"));
    assertThat(c.ids()).containsExactly(172, 132, 243);
    assertThat(c.text()).isEqualTo(" 172 1");
    assertThat(c.finish()).isEqualTo(Finish.STOP_STRING);
  }

  @Test
  void aStopStringOfThePromptDoesNotCount() {
    assertThat(greedy(limits(2, Set.of(), " 111")).finish()).isEqualTo(Finish.LENGTH);
  }

  @Test
  void theContextIsNeverExceeded() {
    int[] prompt = new int[120]; // 128 - 120 = 8 tokens are left
    Arrays.fill(prompt, 5);
    Completion c =
        generator(Sampling.GREEDY, limits(50, Set.of()), 8).generate(List.of(prompt), 0).get(0);
    assertThat(c.ids()).hasSize(8);
    assertThat(c.finish()).isEqualTo(Finish.LENGTH);
  }

  @Test
  void aGreedyBatchEqualsOneByOne() {
    assertSameForEveryBatch(Sampling.GREEDY, limits(25, everyTenth(), "9 1"), 1);
  }

  @Test
  void aSampledBatchEqualsOneByOne() {
    assertSameForEveryBatch(WARM, limits(25, everyTenth(), "9 1"), 2);
  }

  /** End tokens that end the sequences at different times, so that rows leave the cache. */
  private static Set<Integer> everyTenth() {
    return IntStream.range(0, 32).mapToObj(i -> 10 * i).collect(Collectors.toSet());
  }

  private static void assertSameForEveryBatch(
      Sampling sampling, Generator.Limits limits, int samples) {
    List<int[]> prompts = prompts(9);
    List<Completion> alone = generator(sampling, limits, 1).generate(prompts, samples, 5);
    assertThat(alone).hasSize(9 * samples);
    assertThat(alone.stream().map(c -> c.ids().length).distinct().count()).isGreaterThan(3);
    for (int maxBatch : new int[] {3, 100}) {
      List<Completion> batch = generator(sampling, limits, maxBatch).generate(prompts, samples, 5);
      for (int i = 0; i < alone.size(); i++) {
        assertThat(batch.get(i).ids()).isEqualTo(alone.get(i).ids());
        assertThat(batch.get(i).text()).isEqualTo(alone.get(i).text());
        assertThat(batch.get(i).finish()).isEqualTo(alone.get(i).finish());
        assertThat(batch.get(i).logProbs()).containsExactly(alone.get(i).logProbs(), within(1e-4f));
      }
    }
  }

  @Test
  void theSeedDecides() {
    Generator generator = generator(Sampling.MODEL, limits(20, Set.of()), 8);
    List<Completion> one = generator.generate(List.of(PROMPT), 2, 1);
    assertThat(one.get(0).ids()).isNotEqualTo(one.get(1).ids());
    List<Completion> again = generator.generate(List.of(PROMPT), 2, 1);
    assertThat(again.get(1).ids()).isEqualTo(one.get(1).ids());
    List<Completion> other = generator.generate(List.of(PROMPT), 2, 2);
    assertThat(other.get(0).ids()).isNotEqualTo(one.get(0).ids());
  }

  @Test
  void logProbabilitiesAreThoseOfOnePassWithoutACache() {
    Sampling cold = new Sampling(0.7, 0, 1, 0, 1);
    List<int[]> prompts = prompts(5);
    List<Completion> completions = generator(cold, limits(12, Set.of(191)), 8).generate(prompts, 3);
    for (int i = 0; i < prompts.size(); i++) {
      Completion c = completions.get(i);
      int p = prompts.get(i).length;
      int[] whole = Arrays.copyOf(prompts.get(i), p + c.ids().length);
      System.arraycopy(c.ids(), 0, whole, p, c.ids().length);
      try (AutoGradMode off = Ops.noGrad();
          Scope scope = new Scope()) {
        Tensor hidden = model.hidden(Sequences.of(List.of(whole), Compute.CPU));
        Tensor logits = model.logits(hidden).narrow(0, p - 1, c.ids().length); // (T, V)
        assertLogProbs(logits, c.ids(), c.logProbs());
        assertLogProbs(logits.div(Ops.scalar(0.7)), c.ids(), c.drawLogProbs());
      }
    }
  }

  private static void assertLogProbs(Tensor logits, int[] ids, float[] found) {
    long[] column = Arrays.stream(ids).asLongStream().toArray();
    Tensor index = Ops.longs(column, Compute.CPU).unsqueeze(1);
    float[] expected = Ops.toFloats(torch.log_softmax(logits, -1).gather(1, index));
    assertThat(found).containsExactly(expected, within(1e-4f));
  }

  @Test
  void aHugeRepetitionPenaltyNeverRepeats() {
    Sampling sampling = new Sampling(0, 0, 1, 0, 1e6);
    Completion c = generator(sampling, limits(40, Set.of()), 8).generate(List.of(PROMPT), 0).get(0);
    assertThat(c.ids()).doesNotHaveDuplicates().doesNotContain(PROMPT);
  }

  @Test
  void whatAListenerHearsIsTheText() {
    List<StringBuilder> heard = new ArrayList<>();
    IntStream.range(0, 18).forEach(i -> heard.add(new StringBuilder()));
    List<Completion> completions =
        generator(WARM, limits(20, Set.of(191), "9 1", "77"), 4)
            .generate(
                prompts(9),
                2,
                5,
                (sequence, text) -> {
                  assertThat(text).isNotEmpty();
                  heard.get(sequence).append(text);
                });
    for (int i = 0; i < 18; i++) {
      assertThat(heard.get(i)).hasToString(completions.get(i).text());
    }
  }

  @Test
  void wrongInputIsRefusedInOneLine() {
    Generator generator = generator(Sampling.GREEDY, limits(5, Set.of()), 8);
    refused(() -> generator.generate(List.of(PROMPT, new int[0]), 0), "prompt 1 has no tokens");
    refused(() -> generator.generate(List.of(new int[128]), 0), "prompt 0", "128", "shorten");
    refused(() -> generator.generate(List.of(new int[] {320}), 0), "token 320", "319");
    refused(() -> generator.generate(List.of(PROMPT), 0, 1), "samples", "0");
    refused(() -> limits(0, Set.of()), "max_new_tokens", "0");
    refused(() -> limits(1, Set.of(), ""), "stop string");
    refused(() -> generator(Sampling.GREEDY, limits(1, Set.of()), 0), "batch", "0");
    assertThat(generator.generate(List.of(), 0)).isEmpty();
  }

  private static void refused(Runnable run, String... parts) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessageContainingAll(parts);
  }
}
