package dev.luthier.peft;

import java.util.List;
import java.util.Optional;

/** Changes of whole weights and of single places: biases, patterns, layers, masks, tied tables. */
final class SparseCases {
  static final List<PeftCase> ALL =
      List.of(
          PeftCase.of("bert_cls", new Bitfit(Bitfit.Biases.ALL, false, List.of())),
          PeftCase.of("gpt2", new Bitfit(Bitfit.Biases.ALL, false, List.of())),
          PeftCase.of("opt", new Bitfit(Bitfit.Biases.QUERY_MLP, false, List.of())),
          PeftCase.of("llama", new Bitfit(Bitfit.Biases.ALL, true, List.of())).unmerged(),
          PeftCase.of("llama", unfreeze(new Unfreeze.Match(".*\\.mlp\\..*"))),
          PeftCase.of("llama3", unfreeze(new Unfreeze.LastLayers(1, true, true))),
          PeftCase.of("t5", unfreeze(new Unfreeze.LastLayers(1, true, false))),
          PeftCase.of(
              "llama", sparse(new Choose.Magnitude(Choose.Magnitude.Order.LARGEST), Unit.WEIGHT)),
          PeftCase.of(
              "gpt2", sparse(new Choose.Magnitude(Choose.Magnitude.Order.SMALLEST), Unit.NEURON)),
          PeftCase.of("t5", sparse(new Choose.Random(), Unit.HEAD)),
          PeftCase.of("bert_cls", sparse(new Choose.Random(), Unit.MATRIX)),
          PeftCase.of("llama3", tied()));

  private SparseCases() {}

  private static Unfreeze unfreeze(Unfreeze.Which which) {
    return new Unfreeze(which, List.of());
  }

  private static Sparse sparse(Choose choose, Unit unit) {
    return new Sparse(
        Optional.of(0.1), Optional.empty(), new Targets.AllLinear(), unit, choose, List.of());
  }

  /** Of a table that is the head too. */
  private static Sparse tied() {
    return new Sparse(
        Optional.empty(),
        Optional.of(500L),
        new Targets.Names(List.of("embed_tokens")),
        Unit.WEIGHT,
        new Choose.Magnitude(Choose.Magnitude.Order.LARGEST),
        List.of());
  }
}
