package dev.luthier.recipe;

import java.nio.file.Path;

/** Those who watch a run that learns from rewards: the log of answers, and the alarm. */
record PolicyWatch(AnswerLog log, GoldAlarm alarm) {
  /**
   * @param run its directory
   */
  static PolicyWatch of(Path run, AnswersSpec method, ModelFolder folder) {
    return new PolicyWatch(
        new AnswerLog(run, method.rollout().log(), ids -> folder.tokenizer().decode(ids, false)),
        new GoldAlarm(run.resolve("metrics.jsonl"), method.goldStop()));
  }

  /**
   * Hears of a rollout.
   *
   * @param again whether it was heard of before, by a run that goes on now
   */
  RolloutParts seen(RolloutParts parts, boolean again) {
    if (!again) {
      log.write(parts.rollout(), parts.taught().ofAnswers(parts.rollout().starts()));
    }
    return parts;
  }
}
