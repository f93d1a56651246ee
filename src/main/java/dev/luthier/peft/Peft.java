package dev.luthier.peft;

import dev.luthier.doc.Doc;

/** Which weights learn. Training all of them is one more variant. */
@Doc("Which weights learn")
public sealed interface Peft permits Full, Lora {
  /** The peak learning rate that is known to work for this method when the recipe sets none. */
  double usualRate();
}
