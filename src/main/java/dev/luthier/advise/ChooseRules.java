package dev.luthier.advise;

import static dev.luthier.advise.Rule.each;
import static dev.luthier.advise.Rule.give;
import static dev.luthier.advise.Source.choose;

import java.util.List;

/** The overview's four lists, "Choose X when", line by line. */
final class ChooseRules {
  private static final String LORA = "LoRA";
  private static final String QLORA = "QLoRA";
  private static final String PREFIX = "Prefix/Prompt Tuning";
  private static final String ADAPTER = "Adapter Tuning";

  private ChooseRules() {}

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "balance",
            choose(LORA, 1),
            "the quality is to be near full fine-tuning's, and size is not all",
            s -> s.quality() == Quality.GOOD && !s.wants(Wish.SMALL),
            give(2, Tuning.LORA)),
        Rule.of(
            "memory for adapters",
            choose(LORA, 2),
            "all weights do not fit, and LoRA's plan is at most three quarters of the memory",
            s -> s.fit() == Fit.ADAPTERS && s.tight() <= 0.75,
            give(2, Tuning.LORA)),
        Rule.of(
            "well tested",
            choose(LORA, 3),
            "an established method is wanted",
            s -> s.wants(Wish.ESTABLISHED),
            give(2, Tuning.LORA)),
        Rule.of(
            "simple",
            choose(LORA, 4),
            "a simple method is wanted",
            s -> s.wants(Wish.SIMPLE),
            give(2, Tuning.LORA)),
        Rule.of(
            "large model, little machine",
            choose(QLORA, 1),
            "adapters fit on a base in 4 bits only",
            s -> s.fit() == Fit.FOUR_BITS,
            give(3, Tuning.QLORA)),
        Rule.of(
            "memory above all",
            choose(QLORA, 2),
            "LoRA's plan is more than three quarters of the memory",
            s -> s.tight() > 0.75,
            give(2, Tuning.QLORA)),
        Rule.of(
            "time for memory",
            choose(QLORA, 3),
            "LoRA's plan is more than half of the memory, and no time is set",
            s -> s.tight() > 0.5 && s.hours().isEmpty(),
            give(1, Tuning.QLORA)),
        Rule.of(
            "above 13B at home",
            choose(QLORA, 4),
            "more than 13 billion weights, and at most 32 GB",
            s -> s.billions() > 13 && s.machine().consumer(),
            give(2, Tuning.QLORA)),
        Rule.of(
            "as small as can be",
            choose(PREFIX, 1),
            "as few weights as can be are wanted",
            s -> s.wants(Wish.SMALL),
            give(3, Tuning.PROMPT),
            give(2, Tuning.PREFIX)),
        Rule.of(
            "many tasks",
            choose(PREFIX, 2),
            "five tasks or more",
            s -> s.tasks() >= 5,
            each(3, Tuning.PREFIX, Tuning.PROMPT)),
        Rule.of(
            "tasks change",
            choose(PREFIX, 3),
            "tasks change often in use",
            s -> s.wants(Wish.SWITCHING),
            each(2, Tuning.PREFIX, Tuning.PROMPT)),
        Rule.of(
            "very large model",
            choose(PREFIX, 4),
            "10 billion weights or more",
            s -> s.billions() >= 10,
            each(1, Tuning.PREFIX, Tuning.PROMPT)),
        Rule.of(
            "modular",
            choose(ADAPTER, 1),
            "parts that can be combined are wanted",
            s -> s.wants(Wish.MODULAR),
            give(3, Tuning.ADAPTERS)),
        Rule.of(
            "several tasks",
            choose(ADAPTER, 2),
            "two tasks or more",
            s -> s.tasks() >= 2,
            give(1, Tuning.ADAPTERS)),
        Rule.of(
            "guarantees",
            choose(ADAPTER, 3),
            "an established method is wanted",
            s -> s.wants(Wish.ESTABLISHED),
            give(1, Tuning.ADAPTERS)),
        Rule.of(
            "across languages",
            choose(ADAPTER, 4),
            "what was learnt in one language is used in another",
            s -> s.wants(Wish.CROSS_LINGUAL),
            give(3, Tuning.ADAPTERS)));
  }
}
