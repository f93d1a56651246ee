package dev.luthier.model;

import dev.luthier.io.WeightFiles;
import java.util.List;
import java.util.Set;

/** Tensors of a folder that a model did not ask for. */
record Leftovers(List<String> names) {
  private static final int SHOWN = 5;

  /** Tables that old files carry and that config.json determines. */
  private static final List<String> DERIVED =
      List.of(
          "rotary_emb.inv_freq",
          "embeddings.position_ids",
          ".attn.bias",
          ".attention.bias",
          ".masked_bias");

  static Leftovers of(WeightFiles files, Set<String> used) {
    return new Leftovers(
        files.infos().keySet().stream()
            .filter(n -> !used.contains(n) && DERIVED.stream().noneMatch(n::endsWith))
            .toList());
  }

  Leftovers matching(String expression) {
    return new Leftovers(names.stream().filter(n -> n.matches(expression)).toList());
  }

  /** "7 tensors WHAT: first, second ...". */
  String shown(String what) {
    return "%d tensors %s: %s%s"
        .formatted(
            names.size(),
            what,
            String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))),
            names.size() > SHOWN ? " ..." : "");
  }
}
