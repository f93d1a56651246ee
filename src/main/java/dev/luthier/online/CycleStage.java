package dev.luthier.online;

/** The stages of a cycle, in their order. Each leaves files, and a mark when it has ended. */
public enum CycleStage {
  /** All feedback is filtered, and rows are made of what was accepted. */
  SNAPSHOT,
  /** The reward model and the policy are trained, as a recipe of stages. */
  TRAIN,
  /** The new version is measured beside the one that it was tuned from. */
  GATE,
  /** It becomes a version, refused or not. */
  VERSION,
  /** It is tried on a part of the traffic. */
  CANARY,
  /** It answers, or it does not. */
  DEPLOY
}
