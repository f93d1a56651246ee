package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.model.Model;

/** A way to make a model trainable. The record is the method and its hyperparameters. */
@Doc("Which weights learn")
public sealed interface Peft permits Full, Lora {
  /** The peak learning rate that is known to work for this method when the recipe sets none. */
  double usualRate();

  /**
   * Says what would change in the model, without changing it.
   *
   * @param seed for the start of new weights
   */
  Attachment attach(Model model, long seed);
}
