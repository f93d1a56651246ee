package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prompt for one task that begins as what was learnt for others. */
class MultitaskStartTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();
  private CausalLm model;

  @BeforeEach
  void source() {
    model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
    try (Adapted<CausalLm> adapted = Adapted.attach(model, prompt(3, new Start.Random()), 1);
        AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(7);
      adapted.trainable().forEach(p -> p.value().copy_(torch.randn_like(p.value())));
      AdapterFiles.save(adapted, dir, "llama");
    }
  }

  @AfterEach
  void close() {
    model.close();
    scope.close();
  }

  private static MultitaskPrompt prompt(int tasks, MultitaskStart start) {
    return new MultitaskPrompt(3, tasks, 2, start, List.of());
  }

  /** u, v and the shared prompt of a new one. */
  private List<float[]> begun(int tasks, MultitaskStart start) {
    try (Adapted<CausalLm> adapted = Adapted.attach(model, prompt(tasks, start), 2)) {
      return adapted.trainable().stream().map(Parameter::value).map(Ops::toFloats).toList();
    }
  }

  private List<float[]> saved() {
    try (AdapterFilesClosing loaded = new AdapterFilesClosing(AdapterFiles.load(model, dir))) {
      return loaded.all().adapted().trainable().stream()
          .map(Parameter::value)
          .map(Ops::toFloats)
          .toList();
    }
  }

  private record AdapterFilesClosing(AdapterFiles.Loaded<CausalLm> all) implements AutoCloseable {
    @Override
    public void close() {
      all.adapted().close();
    }
  }

  @Test
  void averageIsTheMeanOfTheFactors() {
    List<float[]> source = saved(); // u (3, 3, 2), v (3, 2, 64), P (3, 64)
    List<float[]> ours = begun(1, new MultitaskStart.AverageSourceTasks(dir));
    for (int part = 0; part < 2; part++) {
      int size = source.get(part).length / 3;
      assertThat(ours.get(part)).hasSize(size);
      for (int i = 0; i < size; i++) {
        float sum = 0;
        for (int task = 0; task < 3; task++) {
          sum += source.get(part)[task * size + i];
        }
        assertThat(ours.get(part)[i]).isCloseTo(sum / 3, within(1e-6f));
      }
    }
    assertThat(ours.get(2)).containsExactly(source.get(2));
  }

  @Test
  void exactIsTheTask() {
    List<float[]> source = saved();
    List<float[]> ours = begun(1, new MultitaskStart.ExactSourceTask(dir, 2));
    for (int part = 0; part < 2; part++) {
      int size = source.get(part).length / 3;
      assertThat(ours.get(part))
          .containsExactly(java.util.Arrays.copyOfRange(source.get(part), 2 * size, 3 * size));
    }
    assertThat(ours.get(2)).containsExactly(source.get(2));
  }

  @Test
  void sharedIsThePromptWithFactorsOfItsOwn() {
    List<float[]> ours = begun(2, new MultitaskStart.OnlySourceShared(dir));
    List<float[]> fresh = begun(2, new Start.Random());
    assertThat(ours.get(2)).containsExactly(saved().get(2));
    assertThat(ours.get(0)).containsExactly(fresh.get(0));
    assertThat(ours.get(1)).containsExactly(fresh.get(1));
  }

  /** Its own file holds what it is; the source need not be there any more. */
  @Test
  void comesBackWithoutItsSource() throws Exception {
    MultitaskPrompt peft = prompt(1, new MultitaskStart.ExactSourceTask(dir, 1));
    Path own = Files.createDirectory(dir.resolve("own"));
    List<float[]> begun = begun(1, peft.start());
    try (Adapted<CausalLm> adapted = Adapted.attach(model, peft, 2)) {
      AdapterFiles.save(adapted, own, "llama");
    }
    JsonNode json = Golden.json(own.resolve("adapter_config.json"));
    assertThat(json.path("prompt_tuning_init").asText()).isEqualTo("EXACT_SOURCE_TASK");
    assertThat(json.path("prompt_tuning_init_task").asInt()).isEqualTo(1);
    assertThat(json.path("prompt_tuning_init_state_dict_path").asText())
        .isEqualTo(dir.resolve("adapter_model.safetensors").toString());
    Files.delete(dir.resolve("adapter_model.safetensors"));
    AdapterFiles.Loaded<CausalLm> loaded = AdapterFiles.load(model, own);
    try (Adapted<CausalLm> adapted = loaded.adapted()) {
      assertThat(adapted.peft()).isEqualTo(peft);
      assertThat(loaded.notes()).isEmpty();
      for (int i = 0; i < begun.size(); i++) {
        assertThat(Ops.toFloats(adapted.trainable().get(i).value())).containsExactly(begun.get(i));
      }
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    refused(
        () -> begun(2, new MultitaskStart.AverageSourceTasks(dir)),
        "multitask_prompt.start average_source_tasks begins one task; multitask_prompt.tasks must be 1, was 2");
    refused(
        () -> begun(1, new MultitaskStart.ExactSourceTask(dir, 3)),
        "multitask_prompt.start.exact_source_task.task is 3, but "
            + dir
            + "/adapter_model.safetensors has 3 tasks; they count from 0");
    refused(
        () -> begun(1, new MultitaskStart.OnlySourceShared(dir.resolve("none"))),
        "multitask_prompt.start: there is no " + dir + "/none/adapter_model.safetensors");
    refused(
        () -> new MultitaskStart.OnlySourceShared(Path.of("source.bin")),
        "source.bin is a pickle, which is refused because reading it runs code; save it with safetensors");
    MultitaskPrompt longer =
        new MultitaskPrompt(4, 1, 2, new MultitaskStart.AverageSourceTasks(dir), List.of());
    refused(
        () -> Adapted.attach(model, longer, 1),
        dir
            + "/adapter_model.safetensors: prompt_embeddings is [3, 64], but this prompt needs [4, 64]; take its tokens and rank, and the same model");
  }

  private static void refused(Runnable run, String message) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessage(message);
  }
}
