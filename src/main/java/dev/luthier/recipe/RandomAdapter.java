package dev.luthier.recipe;

import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.global.torch;

/** An adapter that was never trained, for measurements: another model for whoever looks. */
public final class RandomAdapter {
  private static final int RANK = 8;
  private static final int ALPHA = 16;

  private RandomAdapter() {}

  /**
   * Writes one of rank 8 into a folder that exists.
   *
   * @param scale standard deviation of what is added to its weights
   */
  public static void write(Path model, Path folder, long seed, double scale) {
    try (Model loaded = Models.load(model, Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(loaded, Lora.of(RANK, ALPHA), seed);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(seed);
      adapted
          .trainable()
          .forEach(p -> p.value().add_(torch.randn_like(p.value()), Ops.scalar(scale)));
      AdapterFiles.save(adapted, folder, model.toString());
    }
  }
}
