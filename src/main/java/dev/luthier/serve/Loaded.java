package dev.luthier.serve;

import dev.luthier.recipe.LiveModel;
import dev.luthier.rollout.OpenBatch;

/**
 * A version that can answer.
 *
 * @param version its name
 * @param adapter how the model knows its adapter; empty where it has none there
 * @param free gives back what belongs to it alone; called in the engine's thread
 */
record Loaded(String version, LiveModel model, OpenBatch batch, String adapter, Runnable free) {}
