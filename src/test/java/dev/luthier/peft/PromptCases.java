package dev.luthier.peft;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Virtual tokens of every kind, on decoders, encoders and both. */
final class PromptCases {
  private static final Start WORDS = new Start.Vocabulary();

  static final List<PeftCase> ALL =
      Stream.of(
              virtual("llama", new PromptTuning(3, WORDS, List.of())),
              virtual("gpt2", new PromptTuning(3, new Start.Random(), List.of())),
              virtual("bert_cls", new PromptTuning(3, WORDS, List.of())),
              virtual("t5", new PromptTuning(3, WORDS, List.of())),
              virtual("llama", new MultitaskPrompt(3, 2, 2, new Start.Random(), List.of())),
              virtual("t5", new MultitaskPrompt(3, 2, 1, new Start.Random(), List.of())),
              virtual("qwen3", new Ptuning(3, new PromptEncoder.Mlp(some(8)), List.of())),
              virtual("roberta_cls", new Ptuning(3, lstm(1), List.of())),
              virtual("t5", new Ptuning(3, lstm(2), List.of())),
              virtual("llama_mqa_bias", prefix(new PrefixTuning.Direct(WORDS))),
              virtual("gemma3_text", prefix(new PrefixTuning.Direct(WORDS))),
              virtual("llama", prefix(new PrefixTuning.Direct(WORDS), "lm_head")),
              virtual("bert_cls", prefix(new PrefixTuning.Projected(some(8)))),
              virtual("t5", prefix(new PrefixTuning.Direct(WORDS))),
              beside("llama", 10, 1),
              beside("gpt2", 3, 2),
              beside("qwen3", 3, 2),
              beside("gemma2", 3, 2),
              beside("opt", 3, 1),
              beside("gpt_neox", 3, 2),
              beside("bert_cls", 3, 2),
              beside("t5", 3, 2))
          .toList();

  private PromptCases() {}

  /** Tokens in front say something from the first, so a new adapter is not the base. */
  private static PeftCase virtual(String family, Peft peft) {
    return PeftCase.of(family, peft).unmerged().from(Double.POSITIVE_INFINITY);
  }

  /** Behind a gate that begins at zero. */
  private static PeftCase beside(String family, int tokens, int layers) {
    return PeftCase.of(family, new LlamaAdapter(tokens, some(layers), List.of())).unmerged();
  }

  private static Peft prefix(PrefixTuning.Form form, String... save) {
    return new PrefixTuning(3, form, List.of(save));
  }

  private static PromptEncoder lstm(int layers) {
    return new PromptEncoder.Lstm(some(4), layers, 0);
  }

  private static Optional<Integer> some(int value) {
    return Optional.of(value);
  }
}
