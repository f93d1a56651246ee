package dev.luthier.peft;

import dev.luthier.model.CausalLm;
import java.util.List;
import java.util.Map;

/** Full fine-tuning: every weight trains. */
public record Full() implements Peft {
  @Override
  public Attachment attach(CausalLm model, long seed, Dropout dropout) {
    return new Attachment(Map.of(), List.copyOf(model.parameters()));
  }
}
