package dev.luthier.advise;

import dev.luthier.recipe.Outlook;

/** The last training of an objective: what it reads, what it is called. */
final class LastStage {
  private LastStage() {}

  /** What its rows, or its prompts, are read from. */
  static Feedback feed(Objective what, Situation s) {
    return switch (what) {
      case SFT -> Feedback.DEMONSTRATIONS;
      case CLASSIFY -> Feedback.CLASSES;
      case DPO, ORPO_ODDS, ORPO_OUTCOME -> Feedback.PAIRS;
      case KTO -> Feedback.LABELS;
      case GPO ->
          s.has(Feedback.GRADES)
              ? Feedback.GRADES
              : s.has(Feedback.PAIRS) ? Feedback.PAIRS : Feedback.LABELS;
      case GRPO, PPO, RLHF, ONLINE -> prompts(s);
      case RLAIF -> Feedback.JUDGE;
    };
  }

  private static Feedback prompts(Situation s) {
    return s.has(Feedback.VERIFIABLE)
        ? Feedback.VERIFIABLE
        : s.has(Feedback.DEMONSTRATIONS) ? Feedback.DEMONSTRATIONS : Feedback.PAIRS;
  }

  /** What its stage is called in a recipe of stages. */
  static String stage(Objective what) {
    return switch (what) {
      case RLHF, ONLINE -> "policy";
      case RLAIF -> "dpo";
      default -> what.label().replace('-', '_');
    };
  }

  /** What rows of its last training look like, for the plan. */
  static Outlook.Kind kind(Objective what) {
    return switch (what) {
      case SFT -> Outlook.Kind.DEMONSTRATIONS;
      case CLASSIFY -> Outlook.Kind.LABELLED;
      case GRPO, PPO, RLHF, ONLINE -> Outlook.Kind.PROMPTS;
      default -> Outlook.Kind.PAIRS;
    };
  }
}
