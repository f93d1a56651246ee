package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.Beside;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Classifier;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Seq2Seq;
import dev.luthier.model.Slot;
import dev.luthier.model.Stack;
import dev.luthier.rollout.BeamSearch;
import dev.luthier.rollout.Beams;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Virtual tokens that begin as real ones must compute what those real tokens compute in front of
 * the sequence, in training and in generation.
 */
class VirtualTokensTest {
  private static final int[] FIRST = {17, 250, 99, 4, 133};
  private static final List<int[]> ROWS =
      List.of(
          new int[] {245, 258, 225, 98, 295, 100, 244, 111},
          new int[] {31, 12},
          new int[] {77, 140, 8, 9, 201});

  private final Scope scope = new Scope();
  private AutoGradMode off;

  @BeforeEach
  void noGradient() {
    off = Ops.noGrad();
  }

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  private static Model load(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  /** The method with {@link #FIRST} as the text that it begins as. */
  private static <M extends Model> Adapted<M> attach(M model, Peft peft) {
    return Adapted.attach(model, peft, List.of(), Beginning.of(1, text -> FIRST));
  }

  private static Peft prompt() {
    return new PromptTuning(FIRST.length, new Start.Text("words"), List.of());
  }

  private static Peft prefix() {
    return new PrefixTuning(
        FIRST.length, new PrefixTuning.Direct(new Start.Text("words")), List.of());
  }

  private static int[] behindFirst(int[] row) {
    return IntStream.concat(Arrays.stream(FIRST), Arrays.stream(row)).toArray();
  }

  private static List<int[]> behindFirst() {
    return ROWS.stream().map(VirtualTokensTest::behindFirst).toList();
  }

  private static Sequences batch(List<int[]> rows) {
    return Sequences.of(rows, Compute.CPU);
  }

  /** The rows of (N, ..) that belong to real tokens where {@link #FIRST} stands before each. */
  private static Tensor real(Tensor all) {
    List<Long> at = new ArrayList<>();
    long next = 0;
    for (int[] row : ROWS) {
      next += FIRST.length;
      for (int i = 0; i < row.length; i++) {
        at.add(next++);
      }
    }
    return all.index_select(
        0, Ops.longs(at.stream().mapToLong(Long::longValue).toArray(), Compute.CPU));
  }

  private static void same(Tensor ours, Tensor expected) {
    Golden.sameLogits(ours, expected);
  }

  private static Tensor logits(CausalLm model, List<int[]> rows) {
    return model.logits(model.hidden(batch(rows)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama_mqa_bias",
        "mistral",
        "qwen3",
        "gemma2",
        "gemma3_text",
        "phi3",
        "smollm3",
        "olmo2",
        "gpt2",
        "gpt_neox",
        "opt"
      })
  void virtualTokensThatAreRealOnesComputeTheSame(String family) {
    try (CausalLm model = (CausalLm) load(family)) {
      Tensor expected = real(logits(model, behindFirst()));
      for (Peft peft : List.of(prompt(), prefix())) {
        try (Adapted<CausalLm> adapted = attach(model, peft)) {
          same(logits(adapted.model(), ROWS), expected);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "gemma3_text", "gpt2", "opt"})
  void theyWriteWhatTheRealOnesWrite(String family) {
    try (CausalLm model = (CausalLm) load(family)) {
      List<List<Integer>> expected = written(Generative.of(model), behindFirst(), 8);
      List<List<Integer>> searched = searched(Generative.of(model), behindFirst());
      for (Peft peft : List.of(prompt(), prefix())) {
        try (Adapted<CausalLm> adapted = attach(model, peft)) {
          // All at once, and two rows that take turns.
          assertThat(written(Generative.of(adapted.model()), ROWS, 8)).isEqualTo(expected);
          assertThat(written(Generative.of(adapted.model()), ROWS, 2)).isEqualTo(expected);
          assertThat(searched(Generative.of(adapted.model()), ROWS)).isEqualTo(searched);
        }
      }
    }
  }

  private static List<List<Integer>> written(Generative model, List<int[]> prompts, int rows) {
    Generator.Limits limits = new Generator.Limits(12, Set.of(), List.of());
    Generator generator =
        new Generator(model, ids -> "", Sampling.GREEDY, limits, Budget.rows(rows));
    return generator.generate(prompts, 1).stream().map(VirtualTokensTest::ids).toList();
  }

  private static List<List<Integer>> searched(Generative model, List<int[]> prompts) {
    Generator.Limits limits = new Generator.Limits(6, Set.of(), List.of());
    return new BeamSearch(model, ids -> "", Beams.of(3, 1), limits, Budget.rows(6))
        .search(prompts).beams().stream().map(best -> ids(best.get(0).completion())).toList();
  }

  private static List<Integer> ids(Completion completion) {
    return Arrays.stream(completion.ids()).boxed().toList();
  }

  static Stream<PeftCase> writers() {
    return PromptCases.ALL.stream()
        .filter(c -> !c.family().endsWith("_cls"))
        .filter(c -> !c.family().equals("t5"));
  }

  /** Token by token over the cache is what the whole sequence says at its end. */
  @ParameterizedTest
  @MethodSource("writers")
  void theCacheChangesNothing(PeftCase c) {
    try (CausalLm model = (CausalLm) c.model();
        Adapted<CausalLm> adapted = Adapted.attach(model, c.peft(), 1)) {
      move(adapted);
      List<List<Integer>> written = written(Generative.of(adapted.model()), ROWS, 8);
      for (int b = 0; b < ROWS.size(); b++) {
        int[] all =
            IntStream.concat(Arrays.stream(ROWS.get(b)), written.get(b).stream().mapToInt(i -> i))
                .toArray();
        Tensor likeliest = logits(adapted.model(), List.of(all)).argmax(new LongOptional(1), false);
        long[] said = Ops.toLongs(likeliest);
        for (int t = ROWS.get(b).length; t < all.length; t++) {
          assertThat(said[t - 1]).isEqualTo(all[t]);
        }
      }
    }
  }

  private static void move(Adapted<?> adapted) {
    torch.manual_seed(3);
    for (Parameter p : adapted.trainable()) {
      p.value().add_(torch.randn_like(p.value()), Ops.scalar(0.1));
    }
  }

  @Test
  void anEncoderReadsThemAsItReadsTokens() {
    try (Classifier model = (Classifier) load("bert_cls")) {
      // Which then stand before [CLS], and what was the first token is no longer.
      Tensor expected = model.logits(batch(behindFirst()), null);
      try (Adapted<Classifier> adapted = attach(model, prompt())) {
        same(adapted.model().logits(batch(ROWS), null), expected);
      }
    }
  }

  @Test
  void aSourceBeginsWithThem() {
    int[] twice = IntStream.concat(Arrays.stream(FIRST), Arrays.stream(FIRST)).toArray();
    try (Seq2Seq model = (Seq2Seq) load("t5")) {
      Sequences target = model.decoderInput(ROWS);
      Tensor expected = model.logits(model.hidden(batch(behindFirst()), target));
      List<List<Integer>> written = written(Generative.of(model), behindFirst(), 8);
      try (Adapted<Seq2Seq> adapted = attach(model, prompt())) {
        assertThat(twice).hasSize((int) adapted.trainable().get(0).value().size(0));
        same(adapted.model().logits(adapted.model().hidden(batch(ROWS), target)), expected);
        assertThat(written(Generative.of(adapted.model()), ROWS, 2)).isEqualTo(written);
      }
    }
  }

  @Test
  void theyTakeRoom() {
    try (CausalLm model = (CausalLm) load("gpt2")) {
      int room = Generative.of(model).room(3);
      long bytes = Generative.of(model).bytes(1, 3, 4);
      for (Peft peft : List.of(prompt(), prefix())) {
        try (Adapted<CausalLm> adapted = attach(model, peft)) {
          Generative writer = Generative.of(adapted.model());
          assertThat(writer.room(3)).isEqualTo(room - FIRST.length);
          // 7 tokens beside 5 virtual ones
          assertThat(writer.bytes(1, 3, 4)).isEqualTo(bytes * 12 / 7);
        }
      }
      assertThat(Generative.of(model).room(3)).isEqualTo(room);
    }
  }

  @Test
  void eachRowHasTheFactorsOfItsTask() {
    MultitaskPrompt peft = new MultitaskPrompt(3, 2, 1, new Start.Vocabulary(), List.of());
    try (CausalLm model = (CausalLm) load("llama");
        Adapted<CausalLm> adapted = attach(model, peft)) {
      move(adapted);
      List<int[]> one = List.of(ROWS.get(0));
      model.tasks().set(0);
      Tensor first = logits(model, one);
      model.tasks().set(1);
      Tensor second = logits(model, one);
      assertThat(first.sub(second).abs().max().item_double()).isGreaterThan(0.01);
      model.tasks().set(1, 0);
      Tensor both = logits(model, List.of(ROWS.get(0), ROWS.get(0)));
      same(both, Ops.cat(0, second, first));
      model.tasks().set(2);
      assertThatThrownBy(() -> logits(model, one))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "a sequence belongs to task 2, but multitask_prompt.tasks is 2; tasks count from 0");
    }
  }

  /** W_k begins near one: rank r times (1 / sqrt r)^2, so a new prompt is nearly the words'. */
  @Test
  void everyTaskBeginsAtTheSharedPrompt() {
    try (CausalLm model = (CausalLm) load("llama")) {
      Tensor expected = real(logits(model, behindFirst()));
      MultitaskPrompt peft =
          new MultitaskPrompt(FIRST.length, 3, 4, new Start.Text("words"), List.of());
      try (Adapted<CausalLm> adapted = attach(model, peft)) {
        model.tasks().set(2);
        Tensor ours = logits(model, ROWS);
        assertThat(ours.sub(expected).abs().max().item_double()).isLessThan(0.3);
      }
    }
  }

  /**
   * By hand, on a layer without heads to share: with all scores equal the prompt's shares are 1/M
   * each, so what comes beside is g times the mean of the values, through the output map.
   */
  @Test
  void aGateOfTwoAddsTwiceThePromptsMean() {
    LlamaAdapter peft = new LlamaAdapter(4, Optional.of(1), List.of());
    try (CausalLm model = (CausalLm) load("llama");
        Adapted<CausalLm> adapted = attach(model, peft)) {
      Parameter gate = adapted.trainable().get(0);
      Parameter prompt = adapted.trainable().get(1);
      assertThat(gate.name()).isEqualTo("base_model.model.model.layers.1.self_attn.adaption_gate");
      // The same state four times: whatever the query, each has a share of a quarter.
      prompt.value().copy_(prompt.value().narrow(1, 0, 1).expand(1, 4, -1).clone());
      Stack.Layer layer = model.frame().stacks().get(0).layers().get(1);
      Tensor x = prompt.value().select(1, 0); // (1, 64)
      Tensor v = slot(model, "model.layers.1.self_attn.v_proj").apply(x).view(2, 1, 16);
      Tensor repeated = v.expand(2, 2, 16).reshape(1, 64); // two queries share a value
      Slot out = slot(model, "model.layers.1.self_attn.o_proj");
      gate.value().fill_(Ops.scalar(2));
      Tensor y = torch.randn(3, 64);
      Tensor q = torch.randn(3, 4, 16);
      Beside.Asked asked =
          new Beside.Asked(
              q,
              s ->
                  new Beside.KeysValues(
                      slot(model, "model.layers.1.self_attn.k_proj").apply(s).view(4, 2, 16),
                      slot(model, "model.layers.1.self_attn.v_proj").apply(s).view(4, 2, 16)),
              out,
              0.25);
      Tensor expected = y.add(out.apply(repeated).mul(Ops.scalar(2)));
      same(layer.beside().current().of(y, asked), expected);
    }
  }

  private static Slot slot(Model model, String path) {
    return model.slots().stream().filter(s -> s.path().equals(path)).findFirst().orElseThrow();
  }

  @Test
  void whatCannotBeIsRefused() {
    refused(() -> new PromptTuning(0, new Start.Vocabulary(), List.of()), "prompt_tuning.tokens");
    refused(() -> new Start.Text(" "), "start.text must hold a word");
    try (CausalLm model = (CausalLm) load("llama")) {
      refused(
          () -> Adapted.attach(model, prompt(), 1),
          "a start from the text \"words\" needs the model's tokenizer");
      refused(
          () -> Adapted.attach(model, new LlamaAdapter(4, Optional.of(3), List.of()), 1),
          "llama_adapter.layers must be at most the model's 2 layers, was 3");
      refused(
          () ->
              Adapted.attach(
                  model, new PromptTuning(2, new Start.Vocabulary(), List.of("score")), 1),
          "prompt_tuning.save names score, which is no module of this model");
    }
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run)
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(e.getMessage()).startsWith(start));
  }
}
