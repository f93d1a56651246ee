package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PEFT drops when it saves, and we keep beside its files. */
class EncoderFileTest {
  private static final Ptuning PTUNING =
      new Ptuning(4, new PromptEncoder.Mlp(Optional.of(8)), List.of());
  private static final PrefixTuning PREFIX =
      new PrefixTuning(4, new PrefixTuning.Projected(Optional.of(8)), List.of());

  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static CausalLm model() {
    return CausalLm.load(Golden.SHIPPED.resolve("llama").resolve("model"), Compute.CPU);
  }

  private static float[] values(CausalLm model) {
    try (AutoGradMode off = Ops.noGrad()) {
      int[] row = {245, 258, 225, 98};
      return Ops.toFloats(model.hidden(Sequences.of(List.of(row), Compute.CPU)));
    }
  }

  private float[] saved(Peft peft) {
    try (CausalLm model = model();
        Adapted<CausalLm> adapted = Adapted.attach(model, peft, 1)) {
      AdapterFiles.save(adapted, dir, "base");
      return values(model);
    }
  }

  @Test
  void encodersStandInAFileOfTheirOwn() throws IOException {
    saved(PTUNING);
    try (Safetensors peft = Safetensors.open(dir.resolve("adapter_model.safetensors"));
        Safetensors own = Safetensors.open(dir.resolve("prompt_encoder.safetensors"))) {
      assertThat(peft.infos()).containsOnlyKeys("prompt_embeddings");
      assertThat(own.infos())
          .containsOnlyKeys(
              "prompt_encoder.embedding.weight",
              "prompt_encoder.mlp_head.0.weight",
              "prompt_encoder.mlp_head.0.bias",
              "prompt_encoder.mlp_head.2.weight",
              "prompt_encoder.mlp_head.2.bias",
              "prompt_encoder.mlp_head.4.weight",
              "prompt_encoder.mlp_head.4.bias");
    }
    // A method without an encoder leaves none, not even an older one's.
    saved(new PromptTuning(4, new Start.Vocabulary(), List.of()));
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("adapter_model.safetensors", "adapter_config.json");
    }
  }

  @Test
  void withoutItTheVirtualTokensThemselvesGoOn() throws IOException {
    for (Peft peft : List.of(PTUNING, PREFIX)) {
      float[] expected = saved(peft);
      Files.delete(dir.resolve("prompt_encoder.safetensors"));
      try (CausalLm model = model()) {
        AdapterFiles.Loaded<CausalLm> loaded = AdapterFiles.load(model, dir);
        try (Adapted<CausalLm> adapted = loaded.adapted()) {
          assertThat(loaded.notes())
              .singleElement()
              .asString()
              .startsWith(dir + " has no prompt_encoder.safetensors, which PEFT does not write");
          assertThat(values(model)).containsExactly(expected);
          assertThat(adapted.peft()).isEqualTo(peft);
          // What trains is what is used.
          assertThat(adapted.trainable()).hasSize(1);
          Tensor states = model.hidden(Sequences.of(List.of(new int[] {1, 2, 3}), Compute.CPU));
          states.sum().backward();
          Parameter table = adapted.trainable().get(0);
          assertThat(table.value().grad().abs().max().item_double()).isPositive();
        }
      }
    }
  }

  @Test
  void besideAnotherMethodItIsInItsOwnFolder() throws IOException {
    Together both = new Together(List.of(Lora.of(4, 8), PTUNING));
    float[] expected = saved(both);
    Path encoder = dir.resolve("ptuning").resolve("prompt_encoder.safetensors");
    for (int weights : new int[] {2 * 14 + 7, 2 * 14 + 1}) { // 14 maps; the encoder, or its rows
      try (CausalLm model = model();
          Adapted<CausalLm> adapted = AdapterFiles.load(model, dir).adapted()) {
        assertThat(values(model)).containsExactly(expected);
        assertThat(adapted.trainable()).hasSize(weights);
      }
      Files.deleteIfExists(encoder);
    }
  }

  @Test
  void anEncoderOfOthersIsRefused() throws IOException {
    saved(PTUNING);
    Path file = dir.resolve("prompt_encoder.safetensors");
    byte[] first = Files.readAllBytes(file);
    saved(new Ptuning(4, new PromptEncoder.Mlp(Optional.of(9)), List.of()));
    Files.write(file, first);
    refused(
        file
            + ": prompt_encoder.mlp_head.0.weight must have shape [9, 64], has [8, 64]; remove the"
            + " file to use the adapter without its encoder");
    try (CausalLm model = model();
        Adapted<CausalLm> adapted = Adapted.attach(model, PTUNING, 2)) {
      AdapterFiles.save(adapted, dir, "base");
    }
    Files.write(file, first);
    refused(
        file
            + " gives other prompt_embeddings than adapter_model.safetensors holds; remove it to use"
            + " those of the adapter");
  }

  @Test
  void aLengthThatNoTensorHasIsRefused() throws IOException {
    saved(new PromptTuning(4, new Start.Vocabulary(), List.of()));
    Path config = dir.resolve("adapter_config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace(": 4,", ": 2000000000,"));
    refused(
        dir.resolve("adapter_model.safetensors")
            + " has no tensor of rank or length 2000000000, which adapter_config.json asks for");
    Files.writeString(config, text.replace("num_virtual_tokens", "num_virtual"));
    refused(config + ": prompt_tuning.tokens must be >= 1, was 0");
  }

  private void refused(String message) {
    try (CausalLm model = model()) {
      float[] before = values(model);
      assertThatThrownBy(() -> AdapterFiles.load(model, dir))
          .isInstanceOf(UserError.class)
          .hasMessage(message);
      assertThat(values(model)).containsExactly(before); // nothing is left on the model
    }
  }
}
