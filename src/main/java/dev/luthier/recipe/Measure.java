package dev.luthier.recipe;

import java.util.Locale;
import java.util.Map;

/** What evaluations measure. */
public enum Measure {
  /** What training makes small, for each thing learnt. */
  LOSS(Better.LOWER),
  /** The share of tokens, labels, tags or preferences that are right. */
  ACCURACY(Better.HIGHER),
  /** Between this and the next the accuracy lies, with 95 % confidence. */
  ACCURACY_LOW(Better.HIGHER),
  ACCURACY_HIGH(Better.HIGHER),
  /** The accuracy of one who draws lots. */
  CHANCE(Better.HIGHER),
  /** The accuracy of one who only sees which answer is longer. */
  LENGTH_ALONE(Better.HIGHER),
  /** By how much confidence and accuracy differ in the mean. */
  CALIBRATION_ERROR(Better.LOWER),
  /** The mean F1 of all classes; of tags in the B-I-O form, that of the entities. */
  F1(Better.HIGHER),
  /** The F1 of the second of two classes. */
  F1_POSITIVE(Better.HIGHER),
  MATTHEWS(Better.HIGHER),
  PEARSON(Better.HIGHER),
  SPEARMAN(Better.HIGHER),
  /** The mean squared error. */
  MSE(Better.LOWER),
  /** The longest common subsequence of words, as F1. */
  ROUGE_L(Better.HIGHER),
  /** The share of written answers that are the expected ones. */
  EXACT_MATCH(Better.HIGHER),
  /** What the model's own answers are worth. */
  REWARD(Better.HIGHER),
  /** What they are worth by a scorer that is not learnt from. */
  GOLD(Better.HIGHER),
  /** By how much reward the better of two answers leads. */
  MARGIN(Better.HIGHER),
  REWARD_CHOSEN(Better.HIGHER),
  REWARD_REJECTED(Better.LOWER),
  /** The share of pairs whose better answer has the higher log-probability per token. */
  LOGP_ACCURACY(Better.HIGHER),
  /** How far a policy's own answers are from the reference, in nats per answer: k3. */
  REFERENCE_KL(Better.LOWER),
  /** The same by the estimator k1. */
  REFERENCE_KL_K1(Better.LOWER),
  /** The same per token. */
  REFERENCE_KL_TOKEN(Better.LOWER),
  /** The mean length of a policy's own answers. */
  ANSWER_TOKENS(Better.LOWER),
  /** The log-probability of the better of two answers. */
  LOGP_CHOSEN(Better.HIGHER),
  LOGP_REJECTED(Better.LOWER),
  /** By how much the better of two answers leads in outcomes, by their weights. */
  OUTCOME_GAP(Better.HIGHER),
  /** What the policy's choice of two answers is worth, from 0 to 1, by the metrics' weights. */
  OUTCOME(Better.HIGHER),
  /** The reward of good answers, and that of bad ones with the other sign. */
  SIGNED_REWARD(Better.HIGHER),
  /** The same of log-probabilities. */
  SIGNED_LOGP(Better.HIGHER);

  /** Which of two values is the better one. */
  private enum Better {
    LOWER,
    HIGHER
  }

  private final Better better;

  Measure(Better better) {
    this.better = better;
  }

  /** As logs have it: {@code exact_match}. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As a recipe has it: {@code exact-match}. */
  String label() {
    return key().replace('_', '-');
  }

  /** For people: {@code exact match 0.930}. */
  String text(double value) {
    String format = better == Better.LOWER ? "%s %.4f" : "%s %.3f";
    return format.formatted(key().replace('_', ' '), value);
  }

  /** By how much it grew between two evaluations; NaN where one does not have it. */
  double change(Map<String, Double> before, Map<String, Double> after) {
    return after.getOrDefault(key(), Double.NaN) - before.getOrDefault(key(), Double.NaN);
  }

  /** Whether the higher of two values is the better one. */
  boolean grows() {
    return better == Better.HIGHER;
  }

  /** A number that is higher for what is better, and lowest where the value is no number. */
  double score(double value) {
    if (Double.isNaN(value)) {
      return -Double.MAX_VALUE;
    }
    return better == Better.LOWER ? -value : value;
  }
}
