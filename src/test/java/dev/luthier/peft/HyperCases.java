package dev.luthier.peft;

import java.util.List;

/** Adapters made by a network, on decoders, encoders and both. */
final class HyperCases {
  static final List<PeftCase> ALL =
      List.of(
          made("llama", of(2, true)),
          made("gpt2", of(3, false)),
          made("gemma2", of(2, true)),
          made("gpt_neox", of(2, false)),
          made("bert_cls", of(2, true)),
          made("t5", of(2, true)));

  private HyperCases() {}

  private static PeftCase made(String family, Peft peft) {
    return PeftCase.of(family, peft).unmerged();
  }

  /** A narrow one. */
  static HyperAdapter of(int tasks, boolean norms) {
    return new HyperAdapter(
        tasks, new Width.Reduced(8), Nonlinearity.GELU_NEW, 6, 10, 8, norms, List.of());
  }
}
