package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the command says of the peers' files, for every model and adapter of the directory. */
class VerificationGoldenTest {
  private static final Path T5 = Golden.SHIPPED.resolve("t5");

  @TempDir Path dir;

  @TestFactory
  Stream<DynamicTest> everyFileIsEqual() {
    return Golden.entries().map(name -> DynamicTest.dynamicTest(name, () -> equal(name)));
  }

  private static void equal(String name) {
    boolean adapted = name.contains("/");
    Path family = Golden.DIR.resolve(adapted ? name.substring(0, name.indexOf('/')) : name);
    Path io =
        adapted
            ? family.resolve("adapters").resolve(name.substring(name.indexOf('/') + 1))
            : family;
    StringWriter said = new StringWriter();
    boolean equal =
        Golden.built(
            () ->
                Verification.run(
                    voice(family, adapted ? Optional.of(io) : Optional.empty()),
                    io.resolve("io.safetensors"),
                    new PrintWriter(said)));
    assertThat(equal).as(said.toString()).isTrue();
    assertThat(said.toString()).contains("logits ", "equal within tolerance");
  }

  private static Writer.Voice voice(Path family, Optional<Path> adapter) {
    return new Writer.Voice(family.resolve("model"), adapter, Optional.empty(), "cpu");
  }

  /** T5's reference with other tensors. */
  private Path changed(Consumer<Map<String, Tensor>> change) {
    Path file = dir.resolve("changed.safetensors");
    try (Safetensors io = Safetensors.open(T5.resolve("io.safetensors"));
        Scope scope = new Scope()) {
      Map<String, Tensor> all = new LinkedHashMap<>();
      io.infos().keySet().forEach(name -> all.put(name, io.tensor(name)));
      change.accept(all);
      SafetensorsWriter.write(file, all, SafetensorsWriter.PYTORCH);
    }
    return file;
  }

  private static boolean run(Path reference, StringWriter said) {
    return Verification.run(voice(T5, Optional.empty()), reference, new PrintWriter(said));
  }

  private void refused(String message, Consumer<Map<String, Tensor>> change) {
    Path file = changed(change);
    assertThatThrownBy(() -> run(file, new StringWriter()))
        .isInstanceOf(UserError.class)
        .hasMessage(message.formatted(file));
  }

  @Test
  void differencesAreTold() {
    StringWriter said = new StringWriter();
    Path file = changed(all -> all.put("logits", all.get("logits").add(Ops.scalar(0.5))));
    assertThat(run(file, said)).isFalse();
    assertThat(said.toString())
        .contains("logits         largest difference 5.000e-01, allowed 1.0e-04  DIFFERS")
        .contains("NOT equal");
  }

  @Test
  void aDecodersInputMayStandForLabels() {
    // The labels but the last, behind the start token 0; what has no label is the padding 0.
    Path file =
        changed(
            all -> {
              Tensor labels = all.remove("labels");
              Tensor start = labels.narrow(1, 0, 1).mul(Ops.whole(0));
              Tensor before = labels.narrow(1, 0, labels.size(1) - 1).clamp_min(Ops.whole(0));
              all.put("decoder_input_ids", Ops.cat(1, start, before).contiguous());
            });
    StringWriter said = new StringWriter();
    assertThat(run(file, said)).as(said.toString()).isTrue();
    assertThat(said.toString()).doesNotContain("loss");
  }

  @Test
  void filesThatDoNotFitAreOneLine() {
    refused("%s holds no labels of shape (rows, tokens)", all -> all.remove("labels"));
    refused("%s holds no input_ids of shape (rows, tokens)", all -> all.remove("input_ids"));
    refused(
        "%s: labels have 2 rows, but input_ids 3",
        all -> all.put("labels", all.get("labels").narrow(0, 0, 2).contiguous()));
    refused(
        "%s: attention_mask have shape [3, 15], but input_ids [3, 16]",
        all -> all.put("attention_mask", all.get("attention_mask").narrow(1, 0, 15).contiguous()));
    refused(
        "the reference's logits have shape [3, 15, 320], but it has 48 tokens and the model's vocabulary is 320",
        all -> all.put("logits", all.get("logits").narrow(1, 0, 15).contiguous()));
    refused(
        "the reference holds neither logits nor loss with labels to compare",
        all -> {
          all.remove("logits");
          all.remove("loss");
        });
  }
}
