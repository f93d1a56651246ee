package dev.luthier.recipe;

import java.util.Map;

/**
 * What a rollout teaches. Letters: M tokens of all answers.
 *
 * @param advantages (M)
 * @param returns (M) what values are to become; empty without a value model
 * @param flatGroups the share of prompts whose answers are all worth the same
 * @param nothing whether all answers are worth the same, so that nobody can learn from them
 * @param terms what is logged of it
 */
record Taught(
    float[] advantages,
    float[] returns,
    double flatGroups,
    boolean nothing,
    Map<String, Double> terms) {}
