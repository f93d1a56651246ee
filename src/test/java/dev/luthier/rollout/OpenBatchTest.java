package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.model.Request;
import dev.luthier.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On the random model golden/llama (320 tokens, a context of 128). */
class OpenBatchTest {
  private static final Sampling WARM = new Sampling(1.5, 50, 0.95, 0.01, 1.1);
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

  /** Writes down all it is told. */
  private static final class Notes implements Reader {
    private final List<List<Token>> tokens = new ArrayList<>();
    private final List<Optional<Completion>> ends = new ArrayList<>();
    private int limit = Integer.MAX_VALUE;
    private int lefts;
    private String failure = "";

    Notes(int samples) {
      for (int i = 0; i < samples; i++) {
        tokens.add(new ArrayList<>());
        ends.add(Optional.empty());
      }
    }

    @Override
    public void token(int sample, Token token) {
      tokens.get(sample).add(token);
    }

    @Override
    public void end(int sample, Completion completion) {
      ends.set(sample, Optional.of(completion));
    }

    @Override
    public void failed(RuntimeException why) {
      failure = String.valueOf(why.getMessage());
    }

    @Override
    public boolean gone() {
      return tokens.get(0).size() >= limit;
    }

    @Override
    public void left() {
      lefts++;
    }

    String text(int sample) {
      return String.join("", tokens.get(sample).stream().map(Token::text).toList());
    }
  }

  private static OpenBatch batch(int rows) {
    return new OpenBatch(Generative.of(model), NUMBERS, Budget.rows(rows));
  }

  private static Generator.Limits limits(int most) {
    return new Generator.Limits(most, Set.of(7), List.of(" 19"));
  }

  private static Wanted wanted(
      int[] prompt, int samples, Sampling sampling, int most, int top, Reader reader) {
    return new Wanted(Request.of(prompt), samples, sampling, 5, limits(most), top, reader);
  }

  private static List<int[]> prompts(int count) {
    Random random = new Random(11);
    return IntStream.range(0, count)
        .mapToObj(i -> random.ints(1 + random.nextInt(20), 3, 320).toArray())
        .toList();
  }

  /** Whenever they come and whatever runs beside them, each is what the generator makes of it. */
  @Test
  void everyAnswerIsThatOfThePromptAlone() {
    List<int[]> prompts = prompts(12);
    List<Notes> all = new ArrayList<>();
    try (OpenBatch batch = batch(5)) {
      for (int i = 0; i < prompts.size(); i++) {
        Notes notes = new Notes(1 + i % 3);
        all.add(notes);
        batch.add(
            wanted(
                prompts.get(i),
                1 + i % 3,
                i % 2 == 0 ? Sampling.GREEDY : WARM,
                3 + 7 * (i % 4),
                0,
                notes));
        for (int step = 0; step < i % 4; step++) {
          batch.step();
        }
      }
      while (!batch.idle()) {
        batch.step();
        assertThat(batch.running()).isLessThanOrEqualTo(5);
      }
    }
    for (int i = 0; i < prompts.size(); i++) {
      List<Completion> alone =
          new Generator(
                  model, NUMBERS, i % 2 == 0 ? Sampling.GREEDY : WARM, limits(3 + 7 * (i % 4)), 8)
              .generate(List.of(prompts.get(i)), 1 + i % 3, 5);
      Notes notes = all.get(i);
      assertThat(notes.lefts).isEqualTo(1);
      for (int s = 0; s < alone.size(); s++) {
        Completion end = notes.ends.get(s).orElseThrow();
        assertThat(end.ids()).as("prompt %d sample %d", i, s).containsExactly(alone.get(s).ids());
        assertThat(end.finish()).isEqualTo(alone.get(s).finish());
        assertThat(notes.text(s)).isEqualTo(alone.get(s).text()).isEqualTo(end.text());
        assertThat(notes.tokens.get(s).stream().mapToInt(Token::id).toArray())
            .containsExactly(end.ids());
      }
    }
  }

  @Test
  void theLikeliestTokensAreToldToWhoeverAsks() {
    Notes three = new Notes(1);
    Notes none = new Notes(1);
    try (OpenBatch batch = batch(4)) {
      batch.add(wanted(prompts(1).get(0), 1, Sampling.GREEDY, 4, 3, three));
      batch.add(wanted(prompts(2).get(1), 1, Sampling.GREEDY, 4, 0, none));
      while (!batch.idle()) {
        batch.step();
      }
    }
    assertThat(none.tokens.get(0)).allSatisfy(t -> assertThat(t.top()).isEmpty());
    assertThat(three.tokens.get(0))
        .allSatisfy(
            t -> {
              assertThat(t.top()).hasSize(3);
              assertThat(t.top().get(0).id()).isEqualTo(t.id()); // greedy takes the likeliest
              assertThat(t.top().get(0).logProb()).isCloseTo(t.logProb(), within(1e-5f));
              assertThat(t.top().get(1).logProb()).isLessThanOrEqualTo(t.top().get(0).logProb());
            });
  }

  @Test
  void whoeverNoLongerReadsLeavesAtOnce() {
    Notes gone = new Notes(1);
    gone.limit = 3;
    Notes stays = new Notes(1);
    Notes waits = new Notes(1);
    waits.limit = 0;
    try (OpenBatch batch = batch(2)) {
      batch.add(wanted(new int[] {5, 6}, 1, Sampling.MODEL, 60, 0, gone));
      batch.add(wanted(new int[] {5, 6}, 1, Sampling.MODEL, 60, 0, stays));
      batch.add(wanted(new int[] {9}, 1, Sampling.GREEDY, 60, 0, waits));
      while (!batch.idle()) {
        batch.step();
      }
    }
    assertThat(gone.tokens.get(0)).hasSize(3);
    assertThat(gone.ends.get(0)).isEmpty();
    assertThat(stays.ends.get(0)).isPresent();
    assertThat(waits.tokens.get(0)).isEmpty();
    assertThat(List.of(gone.lefts, stays.lefts, waits.lefts)).containsExactly(1, 1, 1);
  }

  /**
   * 2 layers, 2 heads of keys and values ... : the budget holds two sequences of 30 tokens, not 3.
   */
  @Test
  void memoryLimitsHowManyRunAtOnce() {
    long two = Generative.of(model).bytes(2, 1, 29) + Generative.of(model).bytes(2, 1, 0);
    try (OpenBatch batch = new OpenBatch(Generative.of(model), NUMBERS, new Budget(8, two))) {
      List<Notes> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Notes notes = new Notes(1);
        all.add(notes);
        batch.add(
            new Wanted(
                Request.of(new int[] {40 + i}),
                1,
                Sampling.MODEL,
                i,
                new Generator.Limits(29, Set.of(), List.of()),
                0,
                notes));
      }
      while (!batch.idle()) {
        batch.step();
        assertThat(batch.running()).isLessThanOrEqualTo(2);
      }
      assertThat(all).allSatisfy(n -> assertThat(n.ends.get(0)).isPresent());
      assertThatThrownBy(
              () -> batch.add(wanted(new int[] {4}, 3, Sampling.MODEL, 29, 0, all.get(0))))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("3 answers of 29 tokens to a prompt of 1 do not fit");
    }
  }

  @Test
  void whatCannotBeAnsweredIsRefusedAndAnEndIsTold() {
    try (OpenBatch batch = batch(2)) {
      Notes notes = new Notes(1);
      assertThatThrownBy(() -> batch.add(wanted(new int[128], 1, Sampling.MODEL, 5, 0, notes)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("leaves no room");
      assertThatThrownBy(
              () ->
                  batch.add(
                      new Wanted(
                          new Request(new int[] {3}, "nobody"),
                          1,
                          Sampling.MODEL,
                          0,
                          limits(3),
                          0,
                          notes)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("nobody");
      Generator.Limits endless = new Generator.Limits(50, Set.of(), List.of());
      batch.add(new Wanted(Request.of(new int[] {5}), 1, Sampling.MODEL, 0, endless, 0, notes));
      batch.step();
      batch.end(new IllegalStateException("the server stops"));
      assertThat(notes.failure).isEqualTo("the server stops");
      assertThat(notes.lefts).isEqualTo(1);
      assertThat(batch.idle()).isTrue();
    }
  }
}
