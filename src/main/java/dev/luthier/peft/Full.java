package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.model.Model;
import java.util.List;
import java.util.Map;

/** Full fine-tuning: every weight of the model trains. */
@Doc("Every weight of the model learns")
public record Full() implements Peft {
  @Override
  public double usualRate() {
    return 2e-5; // TRL's SFT default
  }

  @Override
  public Attachment attach(Model model, long seed) {
    return new Attachment(Map.of(), List.copyOf(model.parameters()));
  }
}
