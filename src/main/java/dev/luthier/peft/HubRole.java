package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.model.Stack;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What AdapterHub's LoRAConfig calls the modules that its LoRA and (IA)3 can sit on. In Llama and
 * its kin the library calls the map out of the feed-forward "intermediate" and one of the two into
 * it "output", the other way round than in all other families.
 */
enum HubRole {
  Q,
  K,
  V,
  /** Queries, keys and values in one map. */
  QKV,
  INTERMEDIATE,
  OUTPUT;

  private static final Map<HubRole, String> BERT =
      Map.of(
          Q, "attention\\.self\\.query",
          K, "attention\\.self\\.key",
          V, "attention\\.self\\.value",
          INTERMEDIATE, "intermediate\\.dense",
          OUTPUT, "\\d+\\.output\\.dense");
  private static final Map<HubRole, String> LLAMA =
      Map.of(Q, "q_proj", K, "k_proj", V, "v_proj", INTERMEDIATE, "down_proj", OUTPUT, "up_proj");
  private static final Map<HubRole, String> T5 =
      Map.of(
          Q, "[A-Za-z]+Attention\\.q",
          K, "[A-Za-z]+Attention\\.k",
          V, "[A-Za-z]+Attention\\.v",
          INTERMEDIATE, "DenseReluDense\\.(wi|wi_1)",
          OUTPUT, "DenseReluDense\\.wo");
  private static final Map<String, Map<HubRole, String>> FAMILIES =
      Map.of(
          "bert", BERT,
          "roberta", BERT,
          "llama", LLAMA,
          "mistral", LLAMA,
          "gpt2", Map.of(QKV, "attn\\.c_attn", INTERMEDIATE, "mlp\\.c_fc", OUTPUT, "mlp\\.c_proj"),
          "t5", T5,
          "mt5", T5);

  /** The role of a module; most modules have none. */
  static Optional<HubRole> of(Model model, Slot slot) {
    Map<HubRole, String> family = FAMILIES.get(model.config().modelType());
    if (family == null) {
      throw new UserError(
          "AdapterHub's names of the modules of %s are not built; known are those of %s"
              .formatted(model.config().modelType(), FAMILIES.keySet().stream().sorted().toList()));
    }
    return family.entrySet().stream()
        .filter(e -> Expression.matches("(.*\\.)?" + e.getValue(), slot.path()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * A module's role.
   *
   * @throws UserError if it has none
   */
  static HubRole needed(Model model, Slot slot) {
    return of(model, slot)
        .orElseThrow(
            () ->
                new UserError(
                    ("AdapterHub's library has no place for such an adapter at %s, only at %s; the"
                            + " adapter can stay in PEFT's files")
                        .formatted(
                            slot.path(),
                            model.slots().stream()
                                .filter(s -> of(model, s).isPresent())
                                .map(s -> s.path().replaceFirst("^.*\\.([^.]+\\.[^.]+)$", "$1"))
                                .distinct()
                                .toList())));
  }

  /** The modules of these roles in each layer, the encoder's layers before the decoder's. */
  static List<List<Slot>> layers(Model model, Set<HubRole> roles) {
    return model.frame().stacks().stream()
        .flatMap(stack -> stack.layers().stream())
        .map(Stack.Layer::path)
        .map(
            layer ->
                model.slots().stream()
                    .filter(s -> s.path().startsWith(layer + "."))
                    .filter(s -> of(model, s).filter(roles::contains).isPresent())
                    .toList())
        .toList();
  }

  /** The keys of LoRAConfig that say where. */
  static void write(Set<HubRole> roles, Map<String, Object> config) {
    List<String> attention =
        roles.contains(QKV)
            ? List.of("q", "k", "v")
            : List.of(Q, K, V).stream()
                .filter(roles::contains)
                .map(r -> r.name().toLowerCase(Locale.ROOT))
                .toList();
    config.put("attn_matrices", attention);
    config.put("selfattn_lora", !attention.isEmpty());
    config.put("intermediate_lora", roles.contains(INTERMEDIATE));
    config.put("output_lora", roles.contains(OUTPUT));
  }
}
