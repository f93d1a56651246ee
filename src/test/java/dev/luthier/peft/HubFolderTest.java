package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubFolderTest {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter.safetensors";

  @TempDir Path dir;

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Path saved(String family, Peft peft, Path dir) {
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, peft, 1)) {
      AdapterFiles.save(adapted, dir, "base");
    }
    return dir;
  }

  private static List<String> names(Path file) {
    try (Safetensors saved = Safetensors.open(file)) {
      return saved.infos().keySet().stream().sorted().toList();
    }
  }

  @Test
  void namesOfEachFamily() throws IOException {
    assertThat(down("bert_cls", "bert.encoder.layer.0."))
        .containsExactly(
            "bert.encoder.layer.0.attention.output.adapters.a.adapter_down.0.bias",
            "bert.encoder.layer.0.output.adapters.a.adapter_down.0.bias");
    assertThat(down("gpt2", "transformer.h.0."))
        .containsExactly(
            "transformer.h.0.attention_adapters.adapters.a.adapter_down.0.bias",
            "transformer.h.0.output_adapters.adapters.a.adapter_down.0.bias");
    assertThat(down("llama", "model.layers.0."))
        .containsExactly(
            "model.layers.0.attention_adapters.adapters.a.adapter_down.0.bias",
            "model.layers.0.output_adapters.adapters.a.adapter_down.0.bias");
    assertThat(down("t5", "decoder.block.0.", "encoder.block.0."))
        .containsExactly(
            "decoder.block.0.layer.0.adapters.a.adapter_down.0.bias",
            "decoder.block.0.layer.1.adapters.a.adapter_down.0.bias",
            "decoder.block.0.layer.2.adapters.a.adapter_down.0.bias",
            "encoder.block.0.layer.0.adapters.a.adapter_down.0.bias",
            "encoder.block.0.layer.1.adapters.a.adapter_down.0.bias");
  }

  private List<String> down(String family, String... layers) throws IOException {
    Bottleneck peft =
        BottleneckCases.with(
            BottleneckCases.EVERYWHERE,
            MapStart.BERT,
            new LeaveOut.None(),
            new Invertible.None(),
            "a");
    Path folder = saved(family, peft, Files.createDirectory(dir.resolve(family)));
    return names(folder.resolve(WEIGHTS)).stream()
        .filter(n -> n.endsWith("adapter_down.0.bias"))
        .filter(n -> Arrays.stream(layers).anyMatch(n::startsWith))
        .toList();
  }

  @Test
  void bothKindsOfFoldersAreToldApart() throws IOException {
    Path ours = Files.createDirectory(dir.resolve("hub"));
    Path pefts = Files.createDirectory(dir.resolve("peft"));
    saved("llama", BottleneckCases.named("a"), ours);
    saved("llama", Lora.of(4, 8), pefts);
    assertThat(HubFolder.is(ours)).isTrue();
    assertThat(HubFolder.is(pefts)).isFalse();
    assertThat(AdapterConfig.read(ours).peft()).isEqualTo(BottleneckCases.named("a"));
    assertThat(AdapterConfig.read(pefts).peft()).isEqualTo(Lora.of(4, 8));
  }

  /** What is saved from a base model's class lacks "bert.", T5AdapterModel's has "transformer.". */
  @Test
  void prefixesOfOtherClassesAreFound() {
    saved("bert_mlm", BottleneckCases.named("a"), dir);
    loads("bert_mlm", n -> n.replaceFirst("^bert\\.", ""));
    saved("t5", BottleneckCases.named("a"), dir);
    loads("t5", n -> "transformer." + n);
  }

  private void loads(String family, UnaryOperator<String> rename) {
    Path file = dir.resolve(WEIGHTS);
    try (Scope scope = new Scope()) {
      Map<String, Tensor> renamed = new LinkedHashMap<>();
      try (Safetensors saved = Safetensors.open(file)) {
        saved.infos().keySet().forEach(n -> renamed.put(rename.apply(n), saved.tensor(n).clone()));
      }
      SafetensorsWriter.write(file, renamed, SafetensorsWriter.PYTORCH);
      try (Model model = model(family);
          AutoGradMode off = Ops.noGrad();
          Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted()) {
        assertThat(adapted.trainable())
            .allSatisfy(
                p ->
                    assertThat(p.value().equal(renamed.get(rename.apply(p.name()))))
                        .as(p.name())
                        .isTrue());
      }
    }
  }

  @Test
  void whatIsNotForTheModelIsRefused() throws IOException {
    saved("llama", BottleneckCases.named("a"), dir);
    String text = Files.readString(dir.resolve(CONFIG));
    Path file = dir.resolve(WEIGHTS);
    refused(
        text.replace("\"hidden_size\" : 64", "\"hidden_size\" : 768"),
        dir + " is an adapter for another model: hidden_size is 768, this model has 64");
    refused(
        text.replace("\"reduction_factor\" : 8", "\"reduction_factor\" : 1e-6"),
        file + " has no tensor of width 64000000, which adapter_config.json asks for");
    refused(
        text.replace("\"reduction_factor\" : 8", "\"reduction_factor\" : 16"),
        file
            + " is an adapter for another model: tensor model.layers.0.output_adapters.adapters.a.adapter_down.0.bias has shape [8], this model needs [4]");
    refused(
        text.replace("\"reduction_factor\" : 8", "\"reduction_factor\" : {\"default\": 8}"),
        dir.resolve(CONFIG) + ": reduction_factor = {\"default\":8} is not built");
    refused(
        text.replace("\"ln_after\" : false", "\"ln_after\" : true"),
        dir.resolve(CONFIG) + ": ln_after = true is not built");
    refused(
        text.replace("\"architecture\" : null", "\"architecture\" : \"lora\""),
        dir.resolve(CONFIG)
            + ": architecture = \"lora\" is a method that PEFT has too; make it PEFT's");
    refused(
        text.replace("\"non_linearity\" : \"tanh\"", "\"non_linearity\" : \"prelu\""),
        dir.resolve(CONFIG) + ": non_linearity = prelu is not built");
    refused(
        text.replace("\"mh_adapter\" : false", "\"mh_adapter\" : true"),
        file + " is an adapter for another model: 10 of 20 tensors are missing (first model.");
    refused(
        text.replace("\"name\" : \"a\"", "\"name\" : \"../a\""),
        dir.resolve(CONFIG) + ": name must be of letters");
    Files.delete(file);
    refused(text, dir + " has no adapter.safetensors");
    Files.writeString(dir.resolve("pytorch_adapter.bin"), "");
    refused(text, dir + " holds only pytorch_adapter.bin, a pickle, which is refused");
  }

  private void refused(String config, String message) throws IOException {
    Files.writeString(dir.resolve(CONFIG), config);
    try (Model model = model("llama")) {
      assertThatThrownBy(() -> AdapterFiles.load(model, dir))
          .isInstanceOf(UserError.class)
          .satisfies(e -> assertThat(e.getMessage()).startsWith(message));
      assertThat(model.frame().stacks().get(0).layers())
          .allMatch(l -> l.afterMlp().current() == dev.luthier.model.Joint.PLAIN);
    }
  }

  /** Before versions were written, gelu was what is gelu_new now. */
  @Test
  void oldNamesOfActivations() throws IOException {
    saved("llama", BottleneckCases.named("a"), dir);
    String text = Files.readString(dir.resolve(CONFIG)).replace("\"tanh\"", "\"gelu\"");
    Files.writeString(dir.resolve(CONFIG), text);
    assertThat(((Bottleneck) AdapterConfig.read(dir).peft()).activation())
        .contains(Nonlinearity.GELU);
    Files.writeString(dir.resolve(CONFIG), text.replace("\"version\"", "\"was\""));
    assertThat(((Bottleneck) AdapterConfig.read(dir).peft()).activation())
        .contains(Nonlinearity.GELU_NEW);
  }

  @Test
  void setupsOfOtherKindsAreRefused() throws IOException {
    Path setup = dir.resolve("adapter_setup.json");
    Files.writeString(setup, "{\"adapter_setup\": {\"type\": \"Split\", \"children\": [\"a\"]}}");
    assertThatThrownBy(() -> AdapterConfig.read(dir))
        .hasMessage(setup + ": type \"Split\" is not built; known are Fuse, Stack");
    Files.writeString(
        setup,
        "{\"adapter_setup\": {\"type\": \"Stack\", \"children\": [{\"type\": \"Fuse\", \"children\": []}]}}");
    assertThatThrownBy(() -> AdapterConfig.read(dir))
        .hasMessageContaining("inside another block is not built");
    Files.delete(setup);
    Files.writeString(dir.resolve("adapter_fusion_config.json"), "{}");
    assertThatThrownBy(() -> AdapterConfig.read(dir))
        .hasMessageContaining("a fusion without its adapters; give the folder above");
  }

  /** A method of AdapterHub's files beside one of PEFT's: each has its folder in its own format. */
  @Test
  void besideAnotherMethod() throws IOException {
    Together both =
        new Together(
            List.of(BottleneckCases.of(BottleneckCases.PARALLEL, MapStart.BERT), Lora.of(4, 8)));
    saved("bert_cls", both, dir);
    assertThat(dir.resolve("bottleneck").resolve(WEIGHTS)).exists();
    assertThat(dir.resolve("bottleneck").resolve("model_head.safetensors")).exists();
    assertThat(dir.resolve("lora").resolve("adapter_model.safetensors")).exists();
    try (Model model = model("bert_cls");
        Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted()) {
      assertThat(adapted.peft()).isEqualTo(both);
      assertThat(AdapterFiles.folders(dir)).hasSize(2);
      Path again = Files.createDirectory(dir.resolve("again"));
      AdapterFiles.save(adapted, again, "base");
      for (String file :
          List.of("bottleneck/" + WEIGHTS, "bottleneck/" + CONFIG, "bottleneck/head_config.json")) {
        assertThat(again.resolve(file)).hasSameBinaryContentAs(dir.resolve(file));
      }
    }
  }
}
