package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Course;
import java.util.List;

/** Full fine-tuning: every weight of the model trains. */
@Doc("Every weight of the model learns")
public record Full() implements Peft {
  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(2e-5); // TRL's SFT default
  }

  @Override
  public Attachment attach(Site site) {
    if (site.model().packed()) {
      throw new UserError(
          "weights of %s are quantised; they cannot train; use lora, or load without model.quantize"
              .formatted(site.model().config().modelType()));
    }
    return new Attachment(
        List.of(), List.copyOf(site.model().parameters()), List.of(), List.of(), Course.NONE);
  }
}
