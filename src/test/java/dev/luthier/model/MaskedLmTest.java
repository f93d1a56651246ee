package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedLmTest {
  private static final Path DIR = Golden.SHIPPED.resolve("bert_mlm/model");
  @TempDir Path dir;

  private static Sequences batch() {
    return Sequences.of(List.of(new int[] {5, 17, 30, 41}, new int[] {60, 7}), Compute.CPU);
  }

  @Test
  void theHeadSeesOnlyWhatIsAskedFor() {
    try (MaskedLm model = MaskedLm.load(DIR, Compute.CPU);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Tensor at = Ops.longs(new long[] {1, 5}, Compute.CPU);
      Tensor all = model.logits(model.hidden(batch(), null)); // (6, V)
      assertThat(Ops.toFloats(model.logits(batch(), null, at)))
          .containsExactly(Ops.toFloats(all.index_select(0, at)), within(1e-5f));
    }
  }

  @Test
  void tiedOrNotItComesBackWithTransformersNames() throws Exception {
    Path tied = Files.createDirectories(dir.resolve("tied"));
    Path untied = Files.createDirectories(dir.resolve("untied"));
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad();
        MaskedLm model = MaskedLm.load(DIR, Compute.CPU)) {
      model.save(tied, ScalarType.Float);
      float[] loaded = logits(model);
      assertThat(logits(tied)).containsExactly(loaded, within(1e-5f));
      assertThat(names(tied)).isEqualTo(names(DIR));

      Slot decoder = model.frame().head();
      Dense own = ((Dense) decoder.base()).copy("cls.predictions.decoder");
      own.weight().value().add_(Ops.scalar(0.5));
      own.weights().get("bias").value().add_(Ops.scalar(0.25));
      decoder.replace(own);
      float[] changed = logits(model);
      model.save(untied, ScalarType.Float);
      own.weights().values().forEach(p -> p.close());
      assertThat(changed).isNotEqualTo(loaded);
      assertThat(logits(untied)).containsExactly(changed, within(1e-5f));
      assertThat(names(untied))
          .containsAll(names(DIR))
          .contains("cls.predictions.decoder.weight", "cls.predictions.decoder.bias");
      assertThat(ModelConfig.read(untied).tied()).isFalse();
    }
  }

  private static java.util.Set<String> names(Path dir) {
    try (Safetensors file = Safetensors.open(dir.resolve("model.safetensors"))) {
      return java.util.Set.copyOf(file.infos().keySet());
    }
  }

  private static float[] logits(Path dir) {
    try (MaskedLm model = MaskedLm.load(dir, Compute.CPU)) {
      return logits(model);
    }
  }

  private static float[] logits(MaskedLm model) {
    return Ops.toFloats(model.logits(model.hidden(batch(), null)));
  }
}
