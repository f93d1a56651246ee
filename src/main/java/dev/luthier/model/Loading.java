package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.io.WeightFiles;
import dev.luthier.quant.QuantConfig;
import dev.luthier.quant.QuantFiles;
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
    WeightFiles files = WeightFiles.open(dir);
    Weights weights;
    try {
      weights = new Weights(dir, files, quantised(dir, config, files, compute), prefix, compute);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
    try (Scope scope = new Scope()) {
      return build.apply(weights);
    } catch (RuntimeException e) {
      weights.taken().values().forEach(dev.luthier.tensor.Parameter::close);
      files.close();
      throw e;
    }
  }

  /**
   * What the files hold quantised.
   *
   * @throws UserError if that is not built, or is to be quantised once more
   */
  private static QuantFiles quantised(
      Path dir, ModelConfig config, WeightFiles files, Compute compute) {
    QuantConfig.refuseOthers(config.file(), config.json());
    QuantFiles found = QuantFiles.of(dir, files);
    if (QuantConfig.in(config.json()) && found.isEmpty()) {
      throw new UserError(
          "%s has %s, but no file of the folder holds quantised weights; take it out of config.json, or fetch the folder again"
              .formatted(config.file(), QuantConfig.KEY));
    }
    if (!found.isEmpty() && compute.packing().isPresent()) {
      throw new UserError(
          "%s is quantised already, and is used so; leave out model.quantize".formatted(dir));
    }
    return found;
  }
}
