package dev.luthier.peft;

import dev.luthier.doc.Doc;

/** Every weight of the model learns. */
@Doc("Every weight of the model learns")
public record Full() implements Peft {
  @Override
  public double usualRate() {
    return 2e-5; // TRL's SFT default
  }
}
