package dev.luthier.peft;

import dev.luthier.model.CausalLm;

/** A way to make a model trainable. The record is the method and its hyperparameters. */
public sealed interface Peft permits Full, Lora {
  /**
   * Says what would change in the model, without changing it.
   *
   * @param seed for the start of new weights
   * @param dropout switched on while training
   */
  Attachment attach(CausalLm model, long seed, Dropout dropout);
}
