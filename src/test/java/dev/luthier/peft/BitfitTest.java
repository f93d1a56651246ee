package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** BitFit and partial unfreezing: which weights learn. */
class BitfitTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  /** The names of what trains, without their end. */
  private static Set<String> trained(String family, Peft peft) {
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, peft, 1)) {
      return adapted.trainable().stream()
          .map(p -> p.name().replace(Delta.VALUES, ""))
          .collect(Collectors.toSet());
    }
  }

  private static Bitfit bitfit(Bitfit.Biases biases, boolean add) {
    return new Bitfit(biases, add, List.of());
  }

  private static Unfreeze unfreeze(Unfreeze.Which which) {
    return new Unfreeze(which, List.of());
  }

  @Test
  void everyBiasAndTheHead() {
    Set<String> biases;
    try (Model model = model("bert_cls")) {
      biases =
          model.parameters().stream()
              .map(Parameter::name)
              .filter(n -> n.endsWith(".bias"))
              .collect(Collectors.toSet());
    }
    biases.add("classifier.weight"); // the task's head, whole
    assertThat(trained("bert_cls", bitfit(Bitfit.Biases.ALL, false))).isEqualTo(biases);
  }

  @Test
  void queriesAndTheInnerMap() {
    assertThat(trained("bert_cls", bitfit(Bitfit.Biases.QUERY_MLP, false)))
        .filteredOn(n -> !n.startsWith("classifier"))
        .hasSize(4) // two in each of two layers
        .allMatch(
            n ->
                n.endsWith("self.query.bias")
                    || n.endsWith("layer.0.intermediate.dense.bias")
                    || n.endsWith("layer.1.intermediate.dense.bias"));
  }

  @Test
  void aModelWithoutBiasesIsRefusedOrGivenSome() {
    assertThatThrownBy(() -> trained("llama", bitfit(Bitfit.Biases.ALL, false)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "llama has no such biases (bitfit.biases: all); set bitfit.add: true");
    // 7 linear maps in each of 2 layers; the head is no place for a bias
    assertThat(trained("llama", bitfit(Bitfit.Biases.ALL, true)))
        .hasSize(14)
        .contains("model.layers.1.mlp.down_proj.bias")
        .noneMatch(n -> n.startsWith("lm_head"));
    assertThat(trained("llama", bitfit(Bitfit.Biases.QUERY_MLP, true))).hasSize(6);
  }

  @Test
  void lastLayersWithNormAndHead() {
    Set<String> top = trained("llama", unfreeze(new Unfreeze.LastLayers(1, true, true)));
    assertThat(top)
        .contains("model.norm.weight", "lm_head.weight", "model.layers.1.mlp.up_proj.weight")
        .noneMatch(n -> n.startsWith("model.layers.0.") || n.startsWith("model.embed"));
    assertThat(trained("llama", unfreeze(new Unfreeze.LastLayers(1, false, false))))
        .hasSize(top.size() - 2);
    assertThat(trained("t5", unfreeze(new Unfreeze.LastLayers(1, true, false))))
        .contains("encoder.final_layer_norm.weight", "decoder.final_layer_norm.weight")
        .anyMatch(n -> n.startsWith("encoder.block.1."))
        .anyMatch(n -> n.startsWith("decoder.block.1."))
        .noneMatch(n -> n.contains("block.0."));
    assertThat(trained("bert_cls", unfreeze(new Unfreeze.LastLayers(1, true, false))))
        .noneMatch(n -> n.contains("embeddings"));
    assertThatThrownBy(() -> trained("llama", unfreeze(new Unfreeze.LastLayers(3, true, true))))
        .isInstanceOf(UserError.class)
        .hasMessage("unfreeze.which.last_layers.count must be <= 2, was 3");
  }

  @Test
  void weightsByName() {
    assertThat(trained("llama", unfreeze(new Unfreeze.Match(".*norm\\.weight"))))
        .hasSize(5) // two in each of two layers, and the last
        .allMatch(n -> n.endsWith("norm.weight"));
    assertThatThrownBy(() -> trained("llama", unfreeze(new Unfreeze.Match("mlp"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "unfreeze.which.match.pattern mlp matches no weight; weights are [model.");
  }

  @Test
  void aBiasThatNothingIsComputedWithDoesNotTrain() {
    try (Model model = model("roberta_cls")) {
      assertThat(model.slots()).extracting(Slot::path).isNotEmpty();
    }
    assertThat(trained("roberta_cls", bitfit(Bitfit.Biases.ALL, false)))
        .noneMatch(n -> n.startsWith("lm_head"));
  }
}
