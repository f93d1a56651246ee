package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Request;
import dev.luthier.model.Seq2Seq;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generation;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences with adapters of their own: each is what it is alone. */
class RoutedTest {
  private static final List<String> NAMES = List.of("", "a", "b", "a", "c", "b", "", "c", "a");
  private static final int[] LENGTHS = {3, 7, 2, 5, 4, 9, 6, 2, 3};

  @TempDir Path dir;

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static List<int[]> prompts() {
    return IntStream.range(0, LENGTHS.length)
        .mapToObj(
            i -> IntStream.range(0, LENGTHS[i]).map(t -> 20 + (31 * i + 7 * t) % 180).toArray())
        .toList();
  }

  private static List<Request> requests(List<String> names) {
    List<int[]> prompts = prompts();
    return IntStream.range(0, names.size())
        .mapToObj(i -> new Request(prompts.get(i), names.get(i)))
        .toList();
  }

  /** Three adapters of different methods, with weights that show. */
  private AdapterSet<Model> adapters(Model model) throws Exception {
    AdapterSet<Model> set = new AdapterSet<>(model);
    Map<String, Peft> methods =
        Map.of(
            "a", Lora.of(4, 32),
            "b", Ia3.usual(),
            "c", BottleneckCases.named("c"));
    for (String name : List.of("a", "b", "c")) {
      Path folder = Files.createDirectory(dir.resolve(name));
      try (Adapted<Model> adapted = Adapted.attach(model, methods.get(name), 1);
          Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        torch.manual_seed(name.hashCode());
        for (Parameter p : adapted.trainable()) {
          p.value().add_(torch.randn_like(p.value()), new Scalar(0.2));
        }
        AdapterFiles.save(adapted, folder, "base");
      }
      set.add(name, folder);
    }
    return set;
  }

  private static Generation written(Generative model, List<Request> requests, int samples) {
    Sampling sampling = samples == 1 ? Sampling.GREEDY : Sampling.MODEL;
    Generator.Limits limits = new Generator.Limits(8, Set.of(50, 60), List.of());
    return new Generator(model, ids -> "", sampling, limits, Budget.rows(4))
        .answer(requests, samples, 11, null);
  }

  private static List<List<Integer>> ids(List<Completion> made) {
    return made.stream().map(c -> Arrays.stream(c.ids()).boxed().toList()).toList();
  }

  /**
   * In four rows that come and go, with two samples of each prompt: what a sequence becomes is what
   * it becomes where all have its adapter, and what it becomes with the adapter alone.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "t5"})
  void everyTextIsThatOfItsAdapterAlone(String family) throws Exception {
    try (Model model = model(family);
        AdapterSet<Model> set = adapters(model)) {
      for (int samples : new int[] {1, 2}) {
        Generation mixed = written(set.writing(), requests(NAMES), samples);
        assertThat(mixed.usage().promptTokens()).isEqualTo(Arrays.stream(LENGTHS).sum());
        assertThat(mixed.usage().rows()).isEqualTo(4);
        List<List<List<Integer>>> all = new ArrayList<>();
        for (String name : List.of("", "a", "b", "c")) {
          if (name.isEmpty()) {
            set.off();
          } else {
            set.use(name);
          }
          List<Request> same = prompts().stream().map(Request::of).toList();
          List<List<Integer>> alone =
              ids(written(Generative.of(model), same, samples).completions());
          all.add(alone);
          for (int i = 0; i < NAMES.size() * samples; i++) {
            if (NAMES.get(i / samples).equals(name)) {
              assertThat(ids(mixed.completions()).get(i))
                  .as(name + " " + i)
                  .isEqualTo(alone.get(i));
            }
          }
        }
        set.off();
        assertThat(all).doesNotHaveDuplicates();
      }
    }
  }

  /** In both stacks and between them, for sources and targets of unlike lengths. */
  @Test
  void rowsOfAnEncoderWithADecoder() throws Exception {
    try (Model model = model("t5");
        AdapterSet<Model> set = adapters(model);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Seq2Seq t5 = (Seq2Seq) model;
      List<int[]> sources = prompts().subList(0, 4); // of 3, 7, 2 and 5 tokens
      List<int[]> targets = List.of(sources.get(1), sources.get(2), sources.get(3), sources.get(0));
      Sequences source = Sequences.of(sources, Compute.CPU);
      Sequences target = Sequences.of(targets, Compute.CPU); // as many in all, cut otherwise
      List<String> names = List.of("a", "b", "", "a");
      set.use(names, source, target);
      Tensor mixed = t5.hidden(source, target);
      set.off();
      int from = 0;
      for (int i = 0; i < names.size(); i++) {
        if (!names.get(i).isEmpty()) {
          set.use(names.get(i));
        }
        Tensor alone =
            t5.hidden(
                Sequences.of(List.of(sources.get(i)), Compute.CPU),
                Sequences.of(List.of(targets.get(i)), Compute.CPU));
        set.off();
        Tensor own = mixed.narrow(0, from, alone.size(0));
        assertThat(own.sub(alone).abs().max().item_double()).isLessThan(1e-4);
        from += (int) alone.size(0);
      }
    }
  }

  @Test
  void whatARowCannotHaveIsRefused() throws Exception {
    try (Model model = model("llama");
        AdapterSet<Model> set = adapters(model)) {
      Path folder = Files.createDirectory(dir.resolve("p"));
      PromptTuning prompt = new PromptTuning(3, new Start.Random(), List.of());
      try (Adapted<Model> adapted = Adapted.attach(model, prompt, 1)) {
        AdapterFiles.save(adapted, folder, "base");
      }
      set.add("p", folder);
      refused(
          () -> written(set.writing(), requests(List.of("a", "p")), 1),
          "adapter p adds virtual tokens or the like at model:prompt, which single rows");
      refused(
          () -> written(set.writing(), requests(List.of("z")), 1),
          "there is no adapter z; there are [a, b, c, p]");
      refused(
          () -> written(Generative.of(model), requests(List.of("a")), 1),
          "there is no adapter a; none was read");
      set.off();
      assertThat(model.slots()).allMatch(s -> s.current() == s.base());
    }
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessageStartingWith(start);
  }
}
