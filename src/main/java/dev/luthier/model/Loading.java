package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.function.Function;

/** The way from a folder to a model, whatever its kind. */
final class Loading {
  private Loading() {}

  /**
   * Opens the weights and builds; the files stay open with the model, and are closed if it fails.
   *
   * @param prefix as {@link Weights} takes it
   */
  static <M extends Model> M from(
      Path dir, ModelConfig config, String prefix, Compute compute, Function<Weights, M> build) {
    if (config.json().path("quantization_config").isObject()) {
      throw new UserError(
          "%s: quantization_config (%s) is not built; give the model in 16 or 32 bits"
              .formatted(
                  config.file(),
                  config
                      .json()
                      .path("quantization_config")
                      .path("quant_method")
                      .asText("unknown")));
    }
    WeightFiles files = WeightFiles.open(dir);
    Weights weights = new Weights(dir, files, prefix, compute);
    try (Scope scope = new Scope()) {
      return build.apply(weights);
    } catch (RuntimeException e) {
      weights.taken().values().forEach(dev.luthier.tensor.Parameter::close);
      files.close();
      throw e;
    }
  }
}
