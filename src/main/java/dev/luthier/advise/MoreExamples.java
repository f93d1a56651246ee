package dev.luthier.advise;

import static dev.luthier.advise.Example.Group.MORE;

import java.util.List;

/** Twenty situations beside those of the overview. */
final class MoreExamples {
  private MoreExamples() {}

  static List<Example> all() {
    return List.of(
        new Example(
            MORE,
            "--model 1B --device cpu --memory 16GB --data demonstrations --length 256",
            Fit.ADAPTERS,
            0.6,
            Objective.SFT,
            Tuning.LORA,
            "a laptop: all weights would take 16 bytes each; adapters fit"),
        new Example(
            MORE,
            "--model 8B --device 4090 --data demonstrations --length 1024",
            Fit.ADAPTERS,
            0.9,
            Objective.SFT,
            Tuning.QLORA,
            "LoRA fits, but just: 4 bits leave room for longer rows, and no hour is counted"),
        new Example(
            MORE,
            "--model 14B --device 4090 --data pairs --tuned yes --length 1024",
            Fit.FOUR_BITS,
            1.4,
            Objective.DPO,
            Tuning.QLORA,
            "above 13 billion weights on a card for the home"),
        new Example(
            MORE,
            "--model 1B --device h100 --data demonstrations --rows 200000 --quality best",
            Fit.ALL_WEIGHTS,
            0.2,
            Objective.SFT,
            Tuning.FULL,
            "much data, a small model, a large card, only the best will do: all weights"),
        new Example(
            MORE,
            "--model 1B --device h100 --data demonstrations --rows 5000 --quality best",
            Fit.ALL_WEIGHTS,
            0.2,
            Objective.SFT,
            Tuning.LORA,
            "the same with few rows: LoRA reaches as much, and an adapter is lighter to keep"),
        new Example(
            MORE,
            "--model 8B --device a100 --data demonstrations --rows 100",
            Fit.ADAPTERS,
            0.4,
            Objective.SFT,
            Tuning.LORA,
            "a hundred rows at the usual demands: (IA)3 is near, LoRA's balance counts more"),
        new Example(
            MORE,
            "--model 8B --device a100 --data demonstrations --rows 100 --quality enough --wishes"
                + " small",
            Fit.ADAPTERS,
            0.4,
            Objective.SFT,
            Tuning.IA3,
            "few rows, few weights, no high demands: T-Few's case"),
        new Example(
            MORE,
            "--model 3B --device l4 --data demonstrations --tasks 4 --wishes merged,modular",
            Fit.ADAPTERS,
            0.6,
            Objective.SFT,
            Tuning.SPARSE,
            "four versions of one model, each plain, to be combined: sparse changes are small and"
                + " add up"),
        new Example(
            MORE,
            "--model 8B --device a100 --data demonstrations --wishes merged,latency",
            Fit.ADAPTERS,
            0.4,
            Objective.SFT,
            Tuning.LORA,
            "one plain model at the model's own speed: merged LoRA costs nothing"),
        new Example(
            MORE,
            "--model 8B --device a100 --data demonstrations --tasks 30 --wishes together",
            Fit.ADAPTERS,
            0.4,
            Objective.SFT,
            Tuning.LORA,
            "thirty tasks in one batch: rows with LoRA adapters of their own; virtual tokens cannot"
                + " be mixed here"),
        new Example(
            MORE,
            "--model 32B --device h200 --data demonstrations --tasks 30 --wishes switching",
            Fit.ADAPTERS,
            0.65,
            Objective.SFT,
            Tuning.PREFIX,
            "thirty tasks one after the other on a very large model: prefixes"),
        new Example(
            MORE,
            "--model 0.5B --device 3090 --data demonstrations --tasks 6 --wishes switching",
            Fit.ALL_WEIGHTS,
            0.2,
            Objective.SFT,
            Tuning.LORA,
            "the same wish on a small model, where soft prompts were measured to fall short"),
        new Example(
            MORE,
            "--model 1B --device cpu --memory 16GB --data classes --length 128",
            Fit.ADAPTERS,
            0.5,
            Objective.CLASSIFY,
            Tuning.LORA,
            "texts with classes: a head instead of a text"),
        new Example(
            MORE,
            "--model 8B --tuned yes --device h100 --data labels",
            Fit.ADAPTERS,
            0.4,
            Objective.KTO,
            Tuning.LORA,
            "thumbs without pairs"),
        new Example(
            MORE,
            "--model 8B --tuned yes --device h100 --data grades",
            Fit.ADAPTERS,
            0.4,
            Objective.GPO,
            Tuning.LORA,
            "grades of several answers: the general loss reads all of them"),
        new Example(
            MORE,
            "--model 1.5B --device 4090 --data demonstrations,verifiable",
            Fit.ADAPTERS,
            0.45,
            Objective.GRPO,
            Tuning.LORA,
            "examples and answers that can be checked: a stage of each"),
        new Example(
            MORE,
            "--model 8B --device h100 --data demonstrations,pairs --wishes simple",
            Fit.ADAPTERS,
            0.4,
            Objective.DPO,
            Tuning.LORA,
            "examples and pairs, simply: tuning, then DPO, no reinforcement"),
        new Example(
            MORE,
            "--model 8B --tuned yes --device h100 --data pairs,judge",
            Fit.ADAPTERS,
            0.4,
            Objective.DPO,
            Tuning.LORA,
            "people's pairs go before a judge's, whose biases would grow"),
        new Example(
            MORE,
            "--model 8B --tuned yes --device h100 --data pairs --wishes nuanced",
            Fit.ADAPTERS,
            0.4,
            Objective.GPO,
            Tuning.LORA,
            "nuances, but not at any cost: the general loss before reinforcement"),
        new Example(
            MORE,
            "--model 8B --tuned yes --device h100 --data reward-model,verifiable --wishes"
                + " cache,latency",
            Fit.ADAPTERS,
            0.4,
            Objective.GRPO,
            Tuning.LORA,
            "both a check and a reward model: a check cannot be deceived; regroup makes the cache"
                + " smaller"));
  }
}
