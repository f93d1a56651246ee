package dev.luthier.peft;

import java.util.List;
import java.util.Map;

/** The kinds of places: linear maps, table and head, modules whole, also on a tied head. */
final class LoraCases {
  static final List<PeftCase> ALL =
      List.of(
          PeftCase.of("llama", with(new Targets.AllLinear(), false)),
          PeftCase.of("llama_mqa_bias", with(new Targets.AllLinear(), true)),
          PeftCase.of("llama", with(new Targets.Names(List.of("embed_tokens", "lm_head")), false)),
          PeftCase.of("llama", with(new Targets.AllLinear(), false, "embed_tokens", "lm_head")),
          PeftCase.of("llama3", with(new Targets.AllLinear(), false)),
          PeftCase.of("llama3", with(new Targets.AllLinear(), false, "lm_head")),
          PeftCase.of("gpt2", with(new Targets.AllLinear(), false)),
          PeftCase.of("bert_cls", with(new Targets.AllLinear(), false)),
          PeftCase.of("t5", with(new Targets.AllLinear(), false)));

  private LoraCases() {}

  private static Lora with(Targets targets, boolean rslora, String... save) {
    return new Lora(4, 8, 0, targets, Map.of(), Map.of(), List.of(), rslora, List.of(save));
  }
}
