package dev.luthier.advise;

import java.util.List;
import java.util.Set;

/**
 * What is learnt from, with its row of the overview's first table. Where two score alike the
 * earlier one goes first.
 */
public enum Objective implements Candidate {
  SFT(
      "Supervised fine-tuning",
      "SFT",
      "moderate",
      "curated examples",
      "simple; good for formats and styles",
      "says little of what people prefer",
      1,
      List.of(Set.of(Feedback.DEMONSTRATIONS))),
  CLASSIFY(
      "Classification",
      "SFT",
      "moderate",
      "curated examples",
      "simple; a class instead of a text",
      "writes nothing",
      1,
      List.of(Set.of(Feedback.CLASSES))),
  DPO(
      "DPO",
      "DPO",
      "moderate",
      "pairs of answers",
      "one stage, no reward model, steadier than PPO",
      "less flexible than RLHF; complex preferences are hard for it",
      2.7,
      List.of(Set.of(Feedback.PAIRS))),
  ORPO_OUTCOME(
      "ORPO, outcome-regularised",
      "ORPO",
      "moderate to high",
      "preferences and outcomes",
      "corrects preferences by what can be measured",
      "someone has to say what the outcome is",
      2.7,
      List.of(Set.of(Feedback.PAIRS, Feedback.OUTCOMES))),
  ORPO_ODDS(
      "ORPO, odds ratio",
      "ORPO",
      "moderate",
      "pairs of answers",
      "tuning and preference in one stage, without a reference",
      "the odds ratio alone holds the policy",
      2,
      List.of(Set.of(Feedback.PAIRS))),
  KTO(
      "KTO",
      "GRPO",
      "moderate",
      "answers that are liked or not",
      "needs no pairs",
      "a label says less than a pair",
      1.4,
      List.of(Set.of(Feedback.LABELS))),
  GPO(
      "GRPO, general preference optimisation (gpo)",
      "GRPO",
      "moderate to high",
      "preferences of many kinds",
      "more flexible than DPO; takes pairs, ranks, grades and labels",
      "newer, with less of a record",
      2.7,
      List.of(Set.of(Feedback.GRADES), Set.of(Feedback.PAIRS), Set.of(Feedback.LABELS))),
  GRPO(
      "GRPO, group relative (grpo)",
      "GRPO",
      "high",
      "a reward for the model's own answers",
      "no value model; learns what can be checked",
      "answers have to be drawn in training, and some must be right by chance",
      8,
      List.of(Set.of(Feedback.VERIFIABLE), Set.of(Feedback.REWARD_MODEL))),
  PPO(
      "PPO",
      "PPO",
      "high",
      "a reward model's scores",
      "steady; well established",
      "a value model and a reward model in memory; complex",
      14,
      List.of(Set.of(Feedback.REWARD_MODEL), Set.of(Feedback.VERIFIABLE))),
  RLHF(
      "RLHF: reward model, then PPO",
      "RLHF",
      "very high",
      "people who compare",
      "highly effective; catches nuances",
      "complex, costly, needs many labels",
      18,
      List.of(Set.of(Feedback.PAIRS))),
  RLAIF(
      "RLAIF: a judge's pairs, then DPO",
      "RLAIF",
      "high",
      "models that judge",
      "scales; consistent",
      "the judge's biases grow; echo chambers",
      6,
      List.of(Set.of(Feedback.JUDGE))),
  ONLINE(
      "Online RLHF",
      "Online RLHF",
      "high, and it goes on",
      "users",
      "follows what users want as it changes",
      "infrastructure; hostile feedback",
      18,
      List.of(Set.of(Feedback.LIVE)));

  private final String title;
  private final String row;
  private final String compute;
  private final String feedback;
  private final String strength;
  private final String weakness;
  private final double work;
  private final List<Set<Feedback>> needs;

  /**
   * @param row of the table that it is in, or nearest to
   * @param work of a row beside that of SFT, roughly: answers read, references, answers drawn
   * @param needs data, in one of these combinations
   */
  Objective(
      String title,
      String row,
      String compute,
      String feedback,
      String strength,
      String weakness,
      double work,
      List<Set<Feedback>> needs) {
    this.title = title;
    this.row = row;
    this.compute = compute;
    this.feedback = feedback;
    this.strength = strength;
    this.weakness = weakness;
    this.work = work;
    this.needs = needs;
  }

  @Override
  public String title() {
    return title;
  }

  String row() {
    return row;
  }

  String compute() {
    return compute;
  }

  String feedback() {
    return feedback;
  }

  String strength() {
    return strength;
  }

  String weakness() {
    return weakness;
  }

  double work() {
    return work;
  }

  List<Set<Feedback>> needs() {
    return needs;
  }

  /** Whether there is what it learns from. */
  boolean fed(Situation s) {
    return needs.stream().anyMatch(s.data()::containsAll);
  }

  /** Whether it begins from a model that was tuned, so that a stage of SFT goes before. */
  boolean wantsTuned() {
    return this != SFT && this != CLASSIFY && this != ORPO_ODDS;
  }
}
