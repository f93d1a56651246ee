package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.model.FrozenLinear;
import dev.luthier.model.Lookup;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.quant.Code;
import dev.luthier.quant.EightBit;
import dev.luthier.quant.FourBit;
import dev.luthier.quant.Halved;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A model in few bits computes what the model over the unpacked values computes; contracts of
 * methods on it are in {@link PeftContractTest}.
 */
class QuantisedBaseTest {
  private static final Compute NF4 = Compute.CPU.packing(new FourBit(Code.NF4, 64, true));

  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Path folder(String family) {
    return Golden.SHIPPED.resolve(family).resolve("model");
  }

  private static Golden.Batch batch(String family) {
    try (Safetensors io = Safetensors.open(Golden.SHIPPED.resolve(family + "/io.safetensors"))) {
      return Golden.Batch.of(io);
    }
  }

  private static float[] logits(Model model, Golden.Batch batch) {
    try (AutoGradMode off = Ops.noGrad()) {
      return Ops.toFloats(batch.logits(model));
    }
  }

  /** Logits, then gradients of LoRA with every weight moved. */
  private static List<float[]> learnt(Model model, Golden.Batch batch) {
    float[] base = logits(model, batch);
    try (Adapted<Model> adapted = Adapted.attach(model, Lora.of(4, 8), 1)) {
      try (AutoGradMode off = Ops.noGrad()) {
        torch.manual_seed(3);
        for (Parameter p : adapted.trainable()) {
          p.value().add_(torch.randn_like(p.value()), new Scalar(0.1));
        }
      }
      batch.loss(model).total().backward();
      List<float[]> out = new java.util.ArrayList<>(List.of(base));
      adapted.trainable().forEach(p -> out.add(Ops.toFloats(p.value().grad())));
      return out;
    }
  }

  /** Q, K, V with and without biases, GPT-2's turned maps, joined maps, an encoder, T5. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama_mqa_bias", "gpt2", "gpt_neox", "phi3", "bert_cls", "t5"})
  void valuesAndGradientsAreThoseOfTheUnpackedModelToTheBit(String family) {
    Golden.Batch batch = batch(family);
    List<float[]> packed;
    try (Model model = Models.load(folder(family), NF4)) {
      assertThat(model.packed()).isTrue();
      packed = learnt(model, batch);
      model.save(dir, ScalarType.Float); // unpacks
    }
    try (Model model = Models.load(dir, Compute.CPU)) {
      assertThat(model.packed()).isFalse();
      List<float[]> plain = learnt(model, batch);
      assertThat(packed).hasSameSizeAs(plain);
      for (int i = 0; i < plain.size(); i++) {
        assertThat(packed.get(i)).as("%d", i).containsExactly(plain.get(i));
      }
    }
  }

  @Test
  void headsTablesAndNormsStayAsTheyAre() {
    try (Model model = Models.load(folder("llama"), NF4)) {
      model
          .slots()
          .forEach(
              slot ->
                  assertThat(slot.base() instanceof FrozenLinear)
                      .as(slot.path())
                      .isEqualTo(new Targets.AllLinear().matches(model, slot)));
    }
    try (Model model = Models.load(folder("bert_cls"), NF4)) {
      assertThat(model.slots().stream().filter(s -> s.base() instanceof FrozenLinear))
          .isNotEmpty()
          .allMatch(s -> s.path().contains("encoder.layer."));
    }
  }

  @Test
  void bytesAreThoseOfTheBits() {
    try (Model model = Models.load(folder("llama"), NF4);
        Model plain = Models.load(folder("llama"), Compute.CPU)) {
      long expected = 0;
      for (var slot : model.slots()) {
        for (Parameter p : slot.base().weights().values()) {
          long n = p.count();
          // half a byte; a byte for each 64; 4 for each 64 * 256, begun; 4 for the mean
          expected += p.packed() == null ? 4 * n : n / 2 + n / 64 + 4 * ((n / 64 + 255) / 256) + 4;
        }
      }
      assertThat(model.bytes()).isEqualTo(expected).isLessThan(plain.bytes());
      assertThat(model.parameters().stream().mapToLong(Parameter::count).sum())
          .isEqualTo(plain.parameters().stream().mapToLong(Parameter::count).sum());
    }
  }

  @Test
  void tablesOf16BitFilesStayIn16Bits() {
    try (Model model = Models.load(folder("llama"), Compute.CPU)) {
      model.save(dir, ScalarType.BFloat16);
    }
    Golden.Batch batch = batch("llama");
    try (CausalLm model = CausalLm.load(dir, NF4);
        CausalLm plain = CausalLm.load(dir, Compute.CPU)) {
      Lookup table = (Lookup) model.embedding().base();
      assertThat(table.weight().packed()).isInstanceOf(Halved.class);
      assertThat(model.head().base()).isInstanceOf(FrozenLinear.class);
      assertThat(Ops.toFloats(table.apply(batch.input().ids())))
          .containsExactly(Ops.toFloats(plain.embedding().apply(batch.input().ids())));
      Tensor states = plain.hidden(batch.input());
      assertThat(Ops.toFloats(model.logits(states)))
          .containsExactly(Ops.toFloats(plain.logits(states)));
    }
  }

  @Test
  void weightsInFewBitsDoNotTrain() {
    try (Model model = Models.load(folder("llama"), NF4)) {
      assertThatThrownBy(() -> Adapted.attach(model, new Full(), 1))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "weights of llama are quantised; they cannot train; use lora, or load without"
                  + " model.quantize");
    }
  }

  @Test
  void generationWithACacheIsThatOfTheWholeText() {
    try (CausalLm model = CausalLm.load(folder("llama"), NF4);
        AutoGradMode off = Ops.noGrad();
        var cache = model.cache(1, 8)) {
      int[] ids = {5, 17, 3, 99, 42};
      var all = dev.luthier.tensor.Sequences.of(List.of(ids), Compute.CPU);
      Tensor whole = model.hidden(all);
      for (int i = 0; i < ids.length; i++) {
        var next = dev.luthier.tensor.Sequences.of(List.of(new int[] {ids[i]}), Compute.CPU);
        Tensor one = model.hidden(next, cache);
        Tensor away = one.sub(whole.narrow(0, i, 1)).abs().max();
        assertThat(away.item_double()).isLessThan(1e-5);
      }
    }
  }

  @Test
  void theWorseTheBitsTheFartherTheLogits() {
    Golden.Batch batch = batch("llama");
    double eight = away("llama", batch, new EightBit(256));
    double nf4 = away("llama", batch, new FourBit(Code.NF4, 64, false));
    double fp4 = away("llama", batch, new FourBit(Code.FP4, 64, false));
    assertThat(eight).isLessThan(nf4 / 3);
    assertThat(nf4).isLessThan(fp4);
  }

  private static double away(String family, Golden.Batch batch, Storage storage) {
    try (Model plain = Models.load(folder(family), Compute.CPU);
        Model model = Models.load(folder(family), Compute.CPU.packing(storage));
        AutoGradMode off = Ops.noGrad()) {
      return batch.logits(plain).sub(batch.logits(model)).abs().mean().item_double();
    }
  }
}
