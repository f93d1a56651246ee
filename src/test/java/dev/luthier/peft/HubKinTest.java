package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AdapterHub's files of methods that PEFT has too, worked out by hand. */
class HubKinTest {
  private static final String ATTENTION = "transformer.h.0.attn.c_attn";
  private static final String QUERY = "bert.encoder.layer.1.attention.self.query";

  @TempDir Path dir;
  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Slot slot(Model model, String path) {
    return model.slots().stream().filter(s -> s.path().equals(path)).findFirst().orElseThrow();
  }

  private void folder(String version, String config) throws IOException {
    Files.writeString(
        dir.resolve("adapter_config.json"),
        "{\"name\": \"n\", \"version\": \"%s\", \"config\": {%s}}".formatted(version, config));
    SafetensorsWriter.write(dir.resolve("adapter.safetensors"), tensors, SafetensorsWriter.PYTORCH);
  }

  private Tensor random(String name, long... shape) {
    Tensor value = torch.randn(shape);
    tensors.put(name, value);
    return value;
  }

  /** W + s B A, by the change of what comes out for the columns of the identity. */
  private static Tensor delta(Slot slot) {
    Linear base = (Linear) slot.base();
    Tensor eye = torch.eye(base.in());
    return slot.apply(eye).sub(base.apply(eye)).t(); // (out, in)
  }

  /** Of GPT-2's one map, queries and values: each a third of the outputs with rows of A its own. */
  @Test
  void partsOfOneMap() throws IOException {
    try (Model model = model("gpt2")) {
      Slot slot = slot(model, ATTENTION);
      long in = ((Linear) slot.base()).in();
      Tensor a = random(ATTENTION + ".loras.n.lora_A", 4, in); // r 2: two rows for q, two for v
      Tensor b = random(ATTENTION + ".loras.n.lora_B", 2 * in, 2);
      folder(
          "adapters.1.1.0",
          "\"architecture\": \"lora\", \"r\": 2, \"alpha\": 6, \"attn_matrices\": [\"q\", \"v\"]");
      try (Adapted<Model> adapted = HubKin.load(model, dir).adapted()) {
        Tensor q = b.narrow(0, 0, in).mm(a.narrow(0, 0, 2)).mul(new Scalar(3.0)); // 6 / 2
        Tensor v = b.narrow(0, in, in).mm(a.narrow(0, 2, 2)).mul(new Scalar(3.0));
        Tensor expected = Ops.cat(0, q, torch.zeros(in, in), v);
        assertThat(delta(slot).allclose(expected, 1e-4, 1e-4, false)).isTrue();
        assertThat(adapted.peft()).isInstanceOf(Lora.class);
      }
    }
  }

  @Test
  void factorsOfPartsOfOneMap() throws IOException {
    try (Model model = model("gpt2")) {
      Slot slot = slot(model, ATTENTION);
      long in = ((Linear) slot.base()).in();
      Tensor l = random(ATTENTION + ".loras.n.lora_B", in, 1);
      folder(
          "adapters.1.1.0",
          "\"architecture\": \"lora\", \"composition_mode\": \"scale\", \"r\": 1, \"alpha\": 2,"
              + " \"attn_matrices\": [\"k\"]");
      try (Adapted<Model> adapted = HubKin.load(model, dir).adapted()) {
        Tensor x = torch.randn(3, in);
        Tensor factors =
            Ops.cat(0, torch.ones(in), l.view(-1).mul(new Scalar(2.0)), torch.ones(in));
        Tensor expected = slot.base().apply(x).mul(factors);
        assertThat(slot.apply(x).allclose(expected, 1e-5, 1e-5, false)).isTrue();
      }
    }
  }

  /** Before 1.1.0 the library computed with a scale of 1, and files of then still mean that. */
  @Test
  void scalesOfOldFiles() throws IOException {
    try (Model model = model("bert_cls")) {
      Slot slot = slot(model, QUERY);
      Tensor a = random("encoder.layer.1.attention.self.query.loras.n.lora_A", 2, 64);
      Tensor b = random("encoder.layer.1.attention.self.query.loras.n.lora_B", 64, 2);
      String config = "\"architecture\": \"lora\", \"r\": 2, \"alpha\": 8";
      folder("adapters.1.0.1", config);
      try (Adapted<Model> adapted = HubKin.load(model, dir).adapted()) {
        assertThat(delta(slot).allclose(b.mm(a), 1e-4, 1e-4, false)).isTrue();
      }
      folder("adapters.1.2.0", config);
      try (Adapted<Model> adapted = HubKin.load(model, dir).adapted()) {
        Tensor four = b.mm(a).mul(new Scalar(4.0));
        assertThat(delta(slot).allclose(four, 1e-4, 1e-4, false)).isTrue();
      }
    }
  }

  @Test
  void whatCannotBeConvertedIsRefused() throws IOException {
    random(QUERY + ".loras.n.lora_A", 2, 64);
    random(QUERY + ".loras.n.lora_B", 64, 2);
    refused("\"architecture\": \"lora\", \"use_gating\": true", "use_gating = true cannot be");
    refused("\"architecture\": \"lora\", \"vera_d\": 0.1", "vera_d = 0.1 cannot be");
    refused("\"architecture\": \"prefix_tuning\"", "PEFT counts a prefix among");
    refused("\"architecture\": \"prompt_tuning\"", "PEFT and AdapterHub put prompts");
    random("bert.encoder.layer.7.attention.self.query.loras.n.lora_A", 2, 64);
    refused(
        "\"architecture\": \"lora\", \"r\": 2",
        "1 of 3 tensors have no place (first bert.encoder.layer.7.");
    tensors.clear();
    random("other.loras.n.lora_A", 2, 64);
    refused("\"architecture\": \"lora\"", "is an adapter for another model");
  }

  private void refused(String config, String message) throws IOException {
    folder("adapters.1.1.0", config);
    try (Model model = model("bert_cls")) {
      assertThatThrownBy(() -> HubKin.load(model, dir))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(message);
    }
  }
}
