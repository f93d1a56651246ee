package dev.luthier.recipe;

import java.util.List;

/**
 * A rollout that nobody has taken note of yet.
 *
 * @param rollout with the log-probabilities by who wrote it, where they are read
 * @param rounds what came of all prompts that were asked, those that were replaced included
 */
record Written(Rollout rollout, List<Drawn> rounds) {}
