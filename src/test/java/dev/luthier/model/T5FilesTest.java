package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
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
import java.util.function.Consumer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of T5 as they are found: names, ties, scaling, and what config.json may not say. */
class T5FilesTest {
  private static final Path GIVEN = Golden.SHIPPED.resolve("t5/model");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OLD_BIAS =
      "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

  @TempDir Path dir;

  /** The shipped folder with another configuration and other tensors. */
  private Path folder(Consumer<ObjectNode> config, Consumer<Map<String, Tensor>> tensors) {
    try (WeightFiles files = WeightFiles.open(GIVEN);
        Scope scope = new Scope()) {
      ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(GIVEN.resolve("config.json")));
      config.accept(json);
      Map<String, Tensor> all = new LinkedHashMap<>();
      files.infos().keySet().forEach(name -> all.put(name, files.tensor(name)));
      tensors.accept(all);
      SafetensorsWriter.writeSharded(dir, all, 1L << 30);
      Files.writeString(dir.resolve("config.json"), json.toString());
      return dir;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static float[] logits(Path folder) {
    try (Seq2Seq model = Seq2Seq.load(folder, Compute.CPU);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Sequences source = Sequences.of(List.of(new int[] {5, 6, 7, 8}), Compute.CPU);
      Sequences input = model.decoderInput(List.of(new int[] {9, 10, 2}));
      return Ops.toFloats(model.logits(model.hidden(source, input)));
    }
  }

  private static void same(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double most = 0;
    for (int i = 0; i < found.length; i++) {
      most = Math.max(most, Math.abs(found[i] - expected[i]));
    }
    assertThat(most).as("largest difference").isLessThan(1e-4);
  }

  private void refused(Consumer<ObjectNode> config, String message) {
    Path folder = folder(config, tensors -> {});
    assertThatThrownBy(() -> Models.load(folder, Compute.CPU).close())
        .isInstanceOf(UserError.class)
        .hasMessage(dir.resolve("config.json") + ": " + message);
  }

  @Test
  void copiesOfTheTableAndTheTablesOfOldFilesAreLeftOut() {
    Path old =
        folder(
            json -> {},
            tensors -> {
              Tensor shared = tensors.get("shared.weight");
              tensors.put("encoder.embed_tokens.weight", shared.clone());
              tensors.put("decoder.embed_tokens.weight", shared.clone());
              tensors.put("lm_head.weight", shared.clone());
              tensors.put(OLD_BIAS, shared.narrow(0, 0, 32).narrow(1, 0, 4).contiguous());
            });
    same(logits(old), logits(GIVEN));
    try (Seq2Seq model = Seq2Seq.load(old, Compute.CPU)) {
      assertThat(model.tied()).isTrue();
    }
  }

  @Test
  void theTableMayStandUnderTheNameOfACopy() throws IOException {
    Path odd =
        folder(
            json -> {},
            tensors -> tensors.put("decoder.embed_tokens.weight", tensors.remove("shared.weight")));
    same(logits(odd), logits(GIVEN));
    Path saved = dir.resolve("saved");
    try (Seq2Seq model = Seq2Seq.load(odd, Compute.CPU)) {
      model.save(saved, ScalarType.Float);
    }
    sameFiles(saved, GIVEN);
  }

  @Test
  void aStackWithATableOfItsOwnIsRefused() {
    Path odd =
        folder(
            json -> {},
            tensors ->
                tensors.put(
                    "encoder.embed_tokens.weight",
                    tensors.get("shared.weight").add(Ops.scalar(1))));
    assertThatThrownBy(() -> Models.load(odd, Compute.CPU).close())
        .isInstanceOf(UserError.class)
        .hasMessage(
            dir
                + ": encoder.embed_tokens.weight differs from shared.weight, but a stack with a table of its own is not built");
  }

  /** A head that differs is a head of its own, whatever config.json says of ties. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void theFilesDecideTheTie(boolean said) throws IOException {
    Path untied =
        folder(
            json -> json.put("tie_word_embeddings", said),
            tensors ->
                tensors.put("lm_head.weight", tensors.get("shared.weight").mul(Ops.scalar(2))));
    float[] twice = logits(GIVEN);
    for (int i = 0; i < twice.length; i++) {
      twice[i] *= 2;
    }
    same(logits(untied), twice);
    Path saved = dir.resolve("saved");
    try (Seq2Seq model = Seq2Seq.load(untied, Compute.CPU)) {
      assertThat(model.tied()).isFalse();
      model.save(saved, ScalarType.Float);
    }
    sameFiles(saved, untied);
    same(logits(saved), twice);
    assertThat(Golden.json(saved.resolve("config.json")).path("tie_word_embeddings").asBoolean())
        .isFalse();
  }

  /** Width 64: scores of states that are scaled are 1/8 of the others, a power of two. */
  @ParameterizedTest
  @CsvSource({
    "t5, , , 1", // neither key: T5 1.0
    "t5, true, , 1",
    "t5, false, , 8", // T5 1.1
    "t5, true, false, 8", // T5 1.1 as transformers 5 saves it
    "t5, false, true, 1",
    "mt5, true, , 8",
    "mt5, , true, 8",
  })
  void whetherTheHeadSeesScaledStates(String type, Boolean tie, Boolean scale, float times)
      throws IOException {
    Path folder =
        folder(
            json -> {
              json.put("model_type", type).remove(List.of("tie_word_embeddings"));
              json.remove("scale_decoder_outputs");
              json.putPOJO("tie_word_embeddings", tie);
              json.putPOJO("scale_decoder_outputs", scale);
            },
            tensors -> {});
    float[] expected = logits(GIVEN);
    for (int i = 0; i < expected.length; i++) {
      expected[i] *= times;
    }
    same(logits(folder), expected);
    Path saved = dir.resolve("saved");
    try (Seq2Seq model = Seq2Seq.load(folder, Compute.CPU)) {
      model.save(saved, ScalarType.Float);
    }
    same(logits(saved), expected);
  }

  private static void sameFiles(Path saved, Path given) {
    try (WeightFiles one = WeightFiles.open(saved);
        WeightFiles two = WeightFiles.open(given)) {
      assertThat(one.infos().keySet()).containsExactlyInAnyOrderElementsOf(two.infos().keySet());
      one.infos()
          .keySet()
          .forEach(n -> assertThat(one.tensor(n).equal(two.tensor(n))).as(n).isTrue());
    }
  }

  @Test
  void dropoutActsInTrainingOnly() {
    Path folder = folder(json -> json.put("dropout_rate", 0.5), tensors -> {});
    same(logits(folder), logits(GIVEN));
    try (Seq2Seq model = Seq2Seq.load(folder, Compute.CPU);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      model.dropout().training(true);
      Sequences source = Sequences.of(List.of(new int[] {5, 6, 7, 8}), Compute.CPU);
      float[] one = Ops.toFloats(model.encode(source));
      assertThat(Ops.toFloats(model.encode(source))).isNotEqualTo(one);
      // The last thing a stack does is to drop: of 4 x 64 states about half are zero.
      int zeros = 0;
      for (float x : one) {
        zeros += x == 0 ? 1 : 0;
      }
      assertThat(zeros).isBetween(64, 192);
    }
  }

  @Test
  void theModulesHaveThePeersNames() {
    try (Seq2Seq model = Seq2Seq.load(GIVEN, Compute.CPU)) {
      assertThat(model.slots().stream().map(Slot::path))
          .doesNotHaveDuplicates()
          .startsWith("shared", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias")
          .contains(
              "encoder.block.1.layer.0.SelfAttention.q",
              "encoder.block.1.layer.1.DenseReluDense.wi",
              "encoder.final_layer_norm",
              "decoder.block.0.layer.0.SelfAttention.relative_attention_bias",
              "decoder.block.1.layer.1.EncDecAttention.o",
              "decoder.block.1.layer.2.layer_norm")
          .endsWith("decoder.final_layer_norm", "lm_head");
      assertThat(model.parameters().stream().map(Parameter::name))
          .doesNotContain("lm_head.weight", "encoder.embed_tokens.weight");
    }
  }

  @Test
  void wrongConfigurationsAreOneLine() {
    refused(
        json -> json.put("is_decoder", true),
        "is_decoder true or is_encoder_decoder false, one half of T5, is not built; only both halves are");
    refused(
        json -> json.put("is_encoder_decoder", false),
        "is_decoder true or is_encoder_decoder false, one half of T5, is not built; only both halves are");
    refused(
        json -> json.remove("decoder_start_token_id"),
        "decoder_start_token_id must be a token, 0 to 319, was missing; T5's is its pad_token_id");
    refused(
        json -> json.put("decoder_start_token_id", 320),
        "decoder_start_token_id must be a token, 0 to 319, was 320; T5's is its pad_token_id");
    refused(
        json -> json.put("relative_attention_num_buckets", 2),
        "relative_attention_num_buckets must be at least 4 and relative_attention_max_distance above half of it, were 2 and 128");
    refused(
        json -> json.put("relative_attention_max_distance", 16),
        "relative_attention_num_buckets must be at least 4 and relative_attention_max_distance above half of it, were 32 and 16");
    refused(json -> json.put("d_kv", "many"), "d_kv must be a whole number above 0, was \"many\"");
    refused(
        json -> json.put("model_type", "umt5"),
        "model_type \"umt5\" is not built as an encoder with a decoder; known are mt5, t5");
  }

  @Test
  void wrongActivationsAreOneLine() {
    for (String wrong : List.of("gated-", "gated-swoosh", "swoosh", "gelu-gated", "")) {
      Path folder =
          folder(
              json -> {
                json.put("feed_forward_proj", wrong);
                json.remove(List.of("dense_act_fn", "is_gated_act"));
              },
              tensors -> {});
      assertThatThrownBy(() -> Models.load(folder, Compute.CPU).close())
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              dir.resolve("config.json")
                  + ": feed_forward_proj "
                  + wrong.replaceFirst("^gated-", "")
                  + " is not built; known are [");
    }
  }
}
