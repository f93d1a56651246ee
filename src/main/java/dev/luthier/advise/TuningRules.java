package dev.luthier.advise;

import static dev.luthier.advise.Rule.each;
import static dev.luthier.advise.Rule.give;
import static dev.luthier.advise.Source.column;
import static dev.luthier.advise.Source.ours;
import static dev.luthier.advise.Source.paragraph;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** The columns of the overview's second table, its paragraphs, and what was measured here. */
final class TuningRules {
  private TuningRules() {}

  /** Points that follow from a row's entry in a column. */
  private static Rule.Vote[] by(ToIntFunction<Tuning> points) {
    return Arrays.stream(Tuning.values())
        .filter(t -> points.applyAsInt(t) != 0)
        .map(t -> give(points.applyAsInt(t), t))
        .toArray(Rule.Vote[]::new);
  }

  private static int best(Tuning t) {
    return t.least() >= 95 ? 2 : t.least() >= 90 ? 1 : t.least() >= 85 ? 0 : -2;
  }

  private static int good(Tuning t) {
    return t.least() >= 90 ? 1 : t.least() >= 85 ? 0 : -1;
  }

  private static int small(Tuning t) {
    return switch (t.efficiency()) {
      case "extremely high" -> 1;
      case "very high" -> 0;
      case "high" -> -1;
      default -> -4;
    };
  }

  private static int frugal(Tuning t) {
    return switch (t.memory()) {
      case "very high" -> 1;
      case "high" -> 0;
      case "medium" -> -1;
      default -> -3;
    };
  }

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "performance for the best",
            column("Performance vs. Full Fine-tuning"),
            "it is to be as good as can be: 2 points where the band begins at 95 % or more, 1 at 90"
                + " %, -2 below 85 %",
            s -> s.quality() == Quality.BEST,
            by(TuningRules::best)),
        Rule.of(
            "performance for the good",
            column("Performance vs. Full Fine-tuning"),
            "it is to be near full fine-tuning: 1 point where the band begins at 90 % or more, -1"
                + " below 85 %",
            s -> s.quality() == Quality.GOOD,
            by(TuningRules::good)),
        Rule.of(
            "parameter efficiency",
            column("Parameter Efficiency"),
            "few weights are wanted: extremely high 1, high -1, none -4",
            s -> s.wants(Wish.SMALL),
            by(TuningRules::small)),
        Rule.of(
            "memory efficiency",
            column("Memory Efficiency"),
            "LoRA's plan is more than three quarters of the memory: very high 1, medium -1, low -3",
            s -> s.tight() > 0.75,
            by(TuningRules::frugal)),
        Rule.of(
            "complexity",
            column("Implementation Complexity"),
            "a simple method is wanted: low 1, medium to high -2",
            s -> s.wants(Wish.SIMPLE),
            by(t -> t.complexity() == 0 ? 1 : t.complexity() == 2 ? -2 : 0)),
        Rule.of(
            "a whole model a task",
            paragraph("Parameter-Efficient Fine-Tuning"),
            "two tasks or more",
            s -> s.tasks() >= 2,
            give(-3, Tuning.FULL)),
        Rule.of(
            "much data",
            ours("claims.md", "all weights are what the others are measured by"),
            "50,000 rows or more, as good as can be, and all weights fit",
            s -> s.rows() >= 50_000 && s.quality() == Quality.BEST && s.fit() == Fit.ALL_WEIGHTS,
            give(2, Tuning.FULL)),
        Rule.of(
            "few rows",
            paragraph("Parameter-Efficient Fine-Tuning"),
            "fewer than 200 rows: T-Few's way",
            s -> s.rows() < 200,
            give(3, Tuning.IA3),
            give(-2, Tuning.FULL)),
        Rule.of(
            "scaling activations",
            paragraph("IA3"),
            "as few weights as can be are wanted",
            s -> s.wants(Wish.SMALL),
            give(2, Tuning.IA3)),
        Rule.of(
            "no latency once merged",
            paragraph("Low-Rank Adaptation"),
            "one plain model for one task, or the model's own speed, is wanted",
            s -> (s.wants(Wish.MERGED) && s.tasks() == 1) || s.wants(Wish.LATENCY),
            give(1, Tuning.LORA)),
        Rule.of(
            "more work for every token",
            paragraph("Adapter Tuning"),
            "the model's own speed is wanted: modules between layers and tokens before the text"
                + " stay",
            s -> s.wants(Wish.LATENCY),
            each(-1, Tuning.ADAPTERS, Tuning.PREFIX, Tuning.PROMPT)),
        Rule.of(
            "merging rounds",
            ours(
                "memory.md",
                "\"Merging\": weights of 4 bits become others when an adapter goes in"),
            "one plain model is wanted",
            s -> s.wants(Wish.MERGED),
            give(-1, Tuning.QLORA)),
        Rule.of(
            "4 bits for nothing",
            ours("performance.md", "a step on 4 bits takes 13 % longer, and weights are rounded"),
            "LoRA's plan is at most half of the memory",
            s -> s.tight() <= 0.5,
            give(-1, Tuning.QLORA)),
        Rule.of(
            "versions side by side",
            paragraph("Sparse Fine-Tuning"),
            "several tasks, each to be merged: changes of few places are small and add up",
            s -> s.wants(Wish.MERGED) && s.tasks() >= 2,
            give(5, Tuning.SPARSE)),
        Rule.of(
            "changes add up",
            ours("methods.md", "\"Arithmetic\": sums and differences of sparse changes"),
            "parts that can be combined are wanted, and a plain model in the end",
            s -> s.wants(Wish.MERGED) && s.wants(Wish.MODULAR),
            give(2, Tuning.SPARSE)),
        Rule.of(
            "rows with adapters of their own",
            ours("generation.md", "\"Adapters of their own\": one for each row of a batch"),
            "many adapters are served at once on one model",
            s -> s.wants(Wish.TOGETHER),
            give(3, Tuning.LORA),
            give(2, Tuning.IA3)),
        Rule.of(
            "virtual tokens are alone",
            ours("methods.md", "\"Several adapters\": virtual tokens can only be in force alone"),
            "many adapters are served at once on one model",
            s -> s.wants(Wish.TOGETHER),
            each(-3, Tuning.PREFIX, Tuning.PROMPT)),
        Rule.of(
            "prefixes are cached",
            ours("architecture.md", "a prefix is a cache that was filled before"),
            "keys and values take the memory",
            s -> s.wants(Wish.CACHE),
            give(-1, Tuning.PREFIX)),
        Rule.of(
            "classes",
            paragraph("Prefix Tuning"),
            "classification alone, where prefixes lag behind",
            s -> s.has(Feedback.CLASSES),
            give(-1, Tuning.PREFIX)),
        Rule.of(
            "small models learn little by little",
            ours("claims.md", "tiny-chat: 27 to 54 % of full fine-tuning's score; VeRA 82 %"),
            "fewer than a billion weights, and texts to be written",
            s -> s.billions() < 1 && !s.has(Feedback.CLASSES),
            give(-3, Tuning.PREFIX),
            give(-4, Tuning.PROMPT),
            give(-2, Tuning.IA3),
            give(-2, Tuning.BITFIT),
            give(-1, Tuning.VERA)),
        Rule.of(
            "DoRA's time",
            ours("claims.md", "the score of LoRA in 1.7 times the time"),
            "always",
            s -> true,
            give(-1, Tuning.DORA)),
        Rule.of(
            "LoRA in small",
            ours("claims.md", "VeRA: 0.5 % of the weights where LoRA has 8.6 %"),
            "as few weights as can be are wanted",
            s -> s.wants(Wish.SMALL),
            give(1, Tuning.VERA)));
  }
}
