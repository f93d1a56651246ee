package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.MaskedLm;
import dev.luthier.model.Problem;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heads beside an adapter, by PEFT's rules for SEQ_CLS and TOKEN_CLS. */
class TaskHeadsTest {
  private static final Path BERT = Golden.SHIPPED.resolve("bert_cls/model");
  private static final Path ROBERTA = Golden.SHIPPED.resolve("roberta_cls/model");
  private static final String OUT = "base_model.model.classifier.";

  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static List<String> trained(Adapted<?> adapted) {
    return adapted.trainable().stream().map(Parameter::name).toList();
  }

  private static float[] scores(Classifier model) {
    try (AutoGradMode off = Ops.noGrad()) {
      Sequences input = Sequences.of(List.of(new int[] {5, 17, 30}, new int[] {9}), Compute.CPU);
      return Ops.toFloats(model.logits(input, null));
    }
  }

  private static void move(Adapted<?> adapted) {
    try (AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(3);
      for (Parameter p : adapted.trainable()) {
        Tensor noise = torch.randn_like(p.value());
        p.value().add_(noise, Ops.scalar(0.1));
      }
    }
  }

  @Test
  void theHeadTrainsWholeAndGetsNoAdapter() {
    try (Classifier model = Classifier.load(ROBERTA, Compute.CPU);
        Adapted<Classifier> adapted = Adapted.attach(model, Lora.of(2, 4), 0)) {
      assertThat(trained(adapted).stream().filter(n -> n.contains("classifier")))
          .containsExactlyInAnyOrder(
              OUT + "dense.weight",
              OUT + "dense.bias",
              OUT + "out_proj.weight",
              OUT + "out_proj.bias");
    }
    try (Classifier model = Classifier.load(BERT, Compute.CPU);
        Adapted<Classifier> adapted = Adapted.attach(model, Lora.of(2, 4), 0)) {
      assertThat(trained(adapted))
          .contains(
              OUT + "weight", OUT + "bias", "base_model.model.bert.pooler.dense.lora_A.weight")
          .doesNotContain(OUT + "lora_A.weight");
    }
  }

  @Test
  void theDecoderOfAMaskedModelIsLeftOutOfAllLinear() {
    try (MaskedLm model = MaskedLm.load(Golden.SHIPPED.resolve("bert_mlm/model"), Compute.CPU);
        Adapted<MaskedLm> adapted = Adapted.attach(model, Lora.of(2, 4), 0)) {
      assertThat(trained(adapted))
          .contains("base_model.model.cls.predictions.transform.dense.lora_A.weight")
          .noneMatch(n -> n.contains("predictions.decoder"));
    }
  }

  @Test
  void theFilesAreThoseOfPeftAndComeBack() throws IOException {
    Labels labels = Labels.numbered(4, Problem.SINGLE);
    float[] before;
    try (Classifier model = Classifier.load(BERT, Compute.CPU, labels, 1);
        Adapted<Classifier> adapted = Adapted.attach(model, Lora.of(2, 4), 0)) {
      move(adapted);
      before = scores(model);
      AdapterFiles.save(adapted, dir, "some/base");
    }
    JsonNode config =
        new ObjectMapper().readTree(Files.readString(dir.resolve("adapter_config.json")));
    assertThat(config.path("task_type").asText()).isEqualTo("SEQ_CLS");
    assertThat(config.path("modules_to_save").toString()).isEqualTo("[\"classifier\",\"score\"]");
    try (Classifier model = Classifier.load(BERT, Compute.CPU, labels, 2);
        Adapted<Classifier> adapted = AdapterFiles.load(model, dir).adapted()) {
      assertThat(scores(model)).containsExactly(before, within(1e-5f));
      assertThat(((Lora) adapted.peft()).save()).isEmpty();
    }
  }

  @Test
  void aMergedModelIsAClassifierWithTheTrainedHead() throws IOException {
    Path merged = Files.createDirectories(dir.resolve("merged"));
    float[] before;
    try (Classifier model = Classifier.load(BERT, Compute.CPU);
        Adapted<Classifier> adapted = Adapted.attach(model, Lora.of(2, 4), 0)) {
      move(adapted);
      adapted.merge();
      before = scores(model);
      model.save(merged, ScalarType.Float);
    }
    try (Classifier model = Classifier.load(merged, Compute.CPU)) {
      assertThat(scores(model)).containsExactly(before, within(1e-5f));
    }
  }

  @Test
  void anAdapterWithoutAHeadLeavesTheModelsOwn() {
    try (Classifier model = Classifier.load(BERT, Compute.CPU)) {
      try (Adapted<Classifier> adapted = Adapted.attach(model, Lora.of(2, 4), 0)) {
        AdapterFiles.save(adapted, dir, "some/base");
      }
      Path file = dir.resolve("adapter_model.safetensors");
      Map<String, Tensor> bare = new LinkedHashMap<>();
      try (Safetensors saved = Safetensors.open(file)) {
        saved.infos().keySet().stream()
            .filter(n -> !n.startsWith(OUT))
            .forEach(n -> bare.put(n, saved.tensor(n).clone()));
      }
      SafetensorsWriter.write(file, bare, SafetensorsWriter.PYTORCH);
      float[] own = scores(model);
      AdapterFiles.Loaded<Classifier> loaded = AdapterFiles.load(model, dir);
      assertThat(loaded.notes()).anySatisfy(n -> assertThat(n).contains(OUT + "weight"));
      assertThat(scores(model))
          .containsExactly(own, within(1e-5f)); // a fresh adapter changes nothing
      loaded.adapted().close();
    }
  }
}
