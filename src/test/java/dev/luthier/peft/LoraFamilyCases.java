package dev.luthier.peft;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** LoRA's forms and starts, AdaLoRA, VeRA, IA3, the norms, and several of them at once. */
final class LoraFamilyCases {
  private static final LoraForm PLAIN = new LoraForm.Plain();
  private static final LoraForm DORA = new Dora();
  private static final Targets LINEAR = new Targets.AllLinear();
  private static final Targets TABLE = new Targets.Names(List.of("embed_tokens", "q_proj"));

  static final List<PeftCase> ALL =
      List.of(
          PeftCase.of("llama", lora(LINEAR, DORA, LoraStart.KAIMING, false)),
          PeftCase.of("llama", lora(TABLE, DORA, LoraStart.KAIMING, false)),
          PeftCase.of("gpt2", lora(LINEAR, DORA, LoraStart.KAIMING, false)),
          PeftCase.of("t5", lora(LINEAR, DORA, LoraStart.KAIMING, false)),
          PeftCase.of("llama", lora(LINEAR, PLAIN, LoraStart.KAIMING, true)),
          PeftCase.of("gpt2", lora(LINEAR, PLAIN, LoraStart.KAIMING, true)),
          PeftCase.of("llama_mqa_bias", lora(LINEAR, PLAIN, LoraStart.GAUSSIAN, false)),
          PeftCase.of("llama", lora(LINEAR, PLAIN, LoraStart.ORTHOGONAL, false)).from(1e-5),
          PeftCase.of("llama", lora(LINEAR, PLAIN, LoraStart.PISSA, false)).from(1e-5),
          PeftCase.of("gpt2", lora(LINEAR, DORA, LoraStart.PISSA, false)).from(1e-4),
          PeftCase.of("bert_cls", lora(LINEAR, PLAIN, LoraStart.OLORA, false)).from(1e-5),
          PeftCase.of("llama", adalora()),
          PeftCase.of("gpt2", adalora()),
          PeftCase.of("bert_cls", adalora()),
          PeftCase.of("llama", vera(true)),
          PeftCase.of("gpt2", vera(false)),
          PeftCase.of("t5", vera(true)),
          PeftCase.of("llama", Ia3.usual()),
          PeftCase.of("gpt2", Ia3.usual()),
          PeftCase.of("bert_cls", Ia3.usual()),
          PeftCase.of("t5", Ia3.usual()),
          PeftCase.of("gemma2", new LnTuning(Optional.empty(), List.of())),
          PeftCase.of("gpt2", new LnTuning(Optional.empty(), List.of())),
          PeftCase.of("bert_cls", new LnTuning(Optional.empty(), List.of())),
          PeftCase.of("llama", new Together(List.of(Lora.of(4, 8), Ia3.usual()))),
          PeftCase.of("gpt2", new Together(List.of(Ia3.usual(), vera(true), adalora()))),
          PeftCase.of(
              "bert_cls",
              new Together(
                  List.of(
                      lora(LINEAR, DORA, LoraStart.KAIMING, false),
                      new LnTuning(Optional.empty(), List.of()),
                      Ia3.usual()))));

  private LoraFamilyCases() {}

  static Lora lora(Targets targets, LoraForm form, LoraStart start, boolean bias) {
    return new Lora(
        4, 8, 0, targets, Map.of(), Map.of(), List.of(), false, List.of(), form, start, bias, 1);
  }

  static Adalora adalora() {
    return new Adalora(
        2, 4, 8, 0, LINEAR, List.of(), 0.5, schedule(1, Optional.of(20)), Map.of(), List.of());
  }

  /** A tenth of the run before the first cut, two tenths after the last. */
  static AdaloraSchedule schedule(int every, Optional<Integer> steps) {
    return new AdaloraSchedule(0.1, 0.2, every, 0.85, 0.85, steps);
  }

  static Vera vera(boolean saved) {
    return new Vera(8, 0.1, 0, LINEAR, List.of(), 7, saved, List.of());
  }
}
