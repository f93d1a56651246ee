package dev.luthier.advise;

import static dev.luthier.advise.Rule.each;
import static dev.luthier.advise.Rule.give;
import static dev.luthier.advise.Source.column;
import static dev.luthier.advise.Source.ours;
import static dev.luthier.advise.Source.paragraph;
import static dev.luthier.advise.Source.row;

import java.util.List;

/** The rows of the overview's first table, its paragraphs, and what was measured here. */
final class ObjectiveRules {
  private ObjectiveRules() {}

  private static boolean alone(Situation s) {
    return s.data().stream().allMatch(f -> f == Feedback.DEMONSTRATIONS || f == Feedback.CLASSES);
  }

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "good examples",
            row("SFT", "curated examples"),
            "there are demonstrations",
            s -> s.has(Feedback.DEMONSTRATIONS),
            give(2, Objective.SFT)),
        Rule.of(
            "more than examples",
            paragraph("Supervised Fine-Tuning"),
            "there is something to learn from beside demonstrations",
            s -> !alone(s),
            give(-1, Objective.SFT)),
        Rule.of(
            "examples of classes",
            row("SFT", "curated examples"),
            "there are texts with a class",
            s -> s.has(Feedback.CLASSES),
            give(4, Objective.CLASSIFY)),
        Rule.of(
            "pairs in one stage",
            row("DPO", "preference pairs; simpler than PPO"),
            "there are pairs",
            s -> s.has(Feedback.PAIRS),
            give(3, Objective.DPO)),
        Rule.of(
            "preferences that pairs do not say",
            row("DPO", "may struggle with complex preferences"),
            "preferences are nuanced",
            s -> s.wants(Wish.NUANCED),
            give(-2, Objective.DPO)),
        Rule.of(
            "fewer assumptions",
            row("GRPO", "more flexible than DPO, handles complex preferences"),
            "preferences are nuanced",
            s -> s.wants(Wish.NUANCED),
            give(3, Objective.GPO)),
        Rule.of(
            "preferences of many kinds",
            row("GRPO", "various preference data"),
            "there are grades or ranks",
            s -> s.has(Feedback.GRADES),
            give(3, Objective.GPO)),
        Rule.of(
            "a general loss takes pairs too",
            ours("preferences.md", "\"Which one\": gpo for rankings and grades; pairs are a case"),
            "there are pairs",
            s -> s.has(Feedback.PAIRS),
            give(1, Objective.GPO)),
        Rule.of(
            "a young method",
            row("GRPO", "less of a track record"),
            "an established method is wanted",
            s -> s.wants(Wish.ESTABLISHED),
            give(-2, Objective.GPO)),
        Rule.of(
            "thumbs",
            ours("preferences.md", "\"Which one\": kto for thumbs up and down"),
            "there are labels of single answers",
            s -> s.has(Feedback.LABELS),
            give(3, Objective.KTO),
            give(2, Objective.GPO)),
        Rule.of(
            "people who compare",
            row("RLHF", "human evaluators"),
            "there are pairs",
            s -> s.has(Feedback.PAIRS),
            give(1, Objective.RLHF)),
        Rule.of(
            "nuances at any cost",
            row("RLHF", "highly effective, captures nuances; very high compute"),
            "preferences are nuanced, and it is to be as good as can be",
            s -> s.wants(Wish.NUANCED) && s.quality() == Quality.BEST,
            give(4, Objective.RLHF)),
        Rule.of(
            "scores to maximise",
            row("PPO", "reward model predictions"),
            "there is a reward model",
            s -> s.has(Feedback.REWARD_MODEL),
            give(3, Objective.PPO),
            give(2, Objective.GRPO)),
        Rule.of(
            "answers that can be checked",
            ours(
                "rl.md",
                "\"Measured\": grpo 0.645 to 0.90-0.93, ppo to 0.90-0.92 with a second model"),
            "a program can check answers",
            s -> s.has(Feedback.VERIFIABLE),
            give(4, Objective.GRPO),
            give(2, Objective.PPO)),
        Rule.of(
            "well established",
            row("PPO", "well-established method"),
            "an established method is wanted",
            s -> s.wants(Wish.ESTABLISHED),
            give(1, Objective.PPO)),
        Rule.of(
            "judges in the place of people",
            row("RLAIF", "AI evaluator models"),
            "there is a judge, and no pairs of people's",
            s -> s.has(Feedback.JUDGE) && !s.has(Feedback.PAIRS),
            give(3, Objective.RLAIF)),
        Rule.of(
            "judges beside people",
            paragraph("Reinforcement Learning from AI Feedback"),
            "there is a judge beside people's pairs: their biases grow",
            s -> s.has(Feedback.JUDGE) && s.has(Feedback.PAIRS),
            give(2, Objective.RLAIF)),
        Rule.of(
            "feedback that keeps coming",
            row("Online RLHF", "user interactions"),
            "users go on giving feedback",
            s -> s.has(Feedback.LIVE),
            give(6, Objective.ONLINE)),
        Rule.of(
            "outcomes beside preferences",
            row("ORPO", "preferences and outcome measures"),
            "there are pairs and a measure of outcomes",
            s -> s.has(Feedback.PAIRS) && s.has(Feedback.OUTCOMES),
            give(6, Objective.ORPO_OUTCOME)),
        Rule.of(
            "no reference",
            ours("preferences.md", "\"Which one\": orpo where there is no room for a reference"),
            "there are pairs",
            s -> s.has(Feedback.PAIRS),
            give(1, Objective.ORPO_ODDS)),
        Rule.of(
            "tuning and preference at once",
            ours("preferences.md", "\"What the recipes reach\": orpo holds the chosen answers"),
            "there are pairs, no demonstrations, and the model was not tuned",
            s -> s.has(Feedback.PAIRS) && !s.tuned() && !s.has(Feedback.DEMONSTRATIONS),
            give(3, Objective.ORPO_ODDS)),
        Rule.of(
            "complex to set up",
            column("Limitations"),
            "a simple method is wanted",
            s -> s.wants(Wish.SIMPLE),
            give(-3, Objective.RLHF),
            give(-2, Objective.PPO),
            give(-1, Objective.GRPO),
            give(-1, Objective.RLAIF)),
        Rule.of(
            "computation",
            column("Computational Requirements"),
            "hours are limited",
            s -> s.hours().isPresent(),
            give(-2, Objective.RLHF),
            give(-1, Objective.PPO)),
        Rule.of(
            "single stage",
            column("Advantages"),
            "a simple method is wanted",
            s -> s.wants(Wish.SIMPLE),
            each(1, Objective.SFT, Objective.DPO, Objective.CLASSIFY)));
  }
}
