package dev.luthier.advise;

import static dev.luthier.advise.Example.Group.CHOOSE;
import static dev.luthier.advise.Example.Group.TABLE;

import java.util.List;
import java.util.stream.Stream;

/** Situations that are written down with what is advised and why; the tests hold the advice. */
public final class Examples {
  private Examples() {}

  public static List<Example> all() {
    return Stream.of(ofTheOverview(), MoreExamples.all()).flatMap(List::stream).toList();
  }

  private static List<Example> ofTheOverview() {
    return List.of(
        new Example(
            CHOOSE,
            "--model 8B --device a100 --data demonstrations --wishes established,simple",
            Fit.ADAPTERS,
            0.3,
            Objective.SFT,
            Tuning.LORA,
            "balance, adapters fit and all weights do not, well tested, simple: the list of LoRA"),
        new Example(
            CHOOSE,
            "--model 70B --device l40s --data demonstrations",
            Fit.FOUR_BITS,
            3.4,
            Objective.SFT,
            Tuning.QLORA,
            "70 billion weights on 48 GB: in 16 bits they are 141 GB; memory decides"),
        new Example(
            CHOOSE,
            "--model 14B --device h100 --data demonstrations --tasks 20 --wishes small,switching",
            Fit.ADAPTERS,
            0.6,
            Objective.SFT,
            Tuning.PREFIX,
            "few weights, many tasks, frequent switching, a large model: the list of prefixes and"
                + " prompts; prompts have as many points and a lower band"),
        new Example(
            CHOOSE,
            "--model 3B --device a100 --data demonstrations --tasks 3 --wishes"
                + " modular,cross-lingual,established",
            Fit.ADAPTERS,
            0.3,
            Objective.SFT,
            Tuning.ADAPTERS,
            "modular, several tasks, established, across languages: the list of adapters"),
        new Example(
            TABLE,
            "--model 8B --device a100 --data demonstrations",
            Fit.ADAPTERS,
            0.3,
            Objective.SFT,
            Tuning.LORA,
            "curated examples and nothing else"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device h100 --data pairs --quality best --wishes nuanced",
            Fit.ADAPTERS,
            0.4,
            Objective.RLHF,
            Tuning.LORA,
            "people compare, preferences are nuanced, and it may cost what it costs"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device h100 --data reward-model",
            Fit.ADAPTERS,
            0.4,
            Objective.PPO,
            Tuning.LORA,
            "a reward model's predictions are there to be maximised"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device a100 --data pairs",
            Fit.ADAPTERS,
            0.4,
            Objective.DPO,
            Tuning.LORA,
            "pairs alone: one stage, no reward model"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device a100 --data judge",
            Fit.ADAPTERS,
            0.4,
            Objective.RLAIF,
            Tuning.LORA,
            "a model judges in the place of people"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device a100 --data pairs,grades --wishes nuanced",
            Fit.ADAPTERS,
            0.4,
            Objective.GPO,
            Tuning.LORA,
            "preferences of several kinds, and complex: the general loss (GRPO in the overview's"
                + " sense)"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device h100 --data verifiable",
            Fit.ADAPTERS,
            0.4,
            Objective.GRPO,
            Tuning.LORA,
            "a program checks the answers: GRPO in the sense of group relative"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device h100 --data pairs,live",
            Fit.ADAPTERS,
            0.4,
            Objective.ONLINE,
            Tuning.LORA,
            "users go on giving feedback; one turn of the loop is the recipe of RLHF's stages"),
        new Example(
            TABLE,
            "--model 8B --tuned yes --device a100 --data pairs,outcomes",
            Fit.ADAPTERS,
            0.4,
            Objective.ORPO_OUTCOME,
            Tuning.LORA,
            "a measure says what preferences miss: ORPO in the overview's sense"),
        new Example(
            TABLE,
            "--model 8B --device a100 --data pairs",
            Fit.ADAPTERS,
            0.4,
            Objective.ORPO_ODDS,
            Tuning.LORA,
            "pairs, no demonstrations, and a model that was not tuned: ORPO by the odds ratio tunes"
                + " and prefers at once"));
  }
}
