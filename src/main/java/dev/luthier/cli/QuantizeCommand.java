package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.quant.Code;
import dev.luthier.quant.EightBit;
import dev.luthier.quant.FourBit;
import dev.luthier.recipe.QuantizedFolder;
import dev.luthier.recipe.TypeName;
import dev.luthier.tensor.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier quantize}. */
@Command(
    name = "quantize",
    description = "Writes a model whose linear maps are quantised, as bitsandbytes stores them.",
    footer = {
      "",
      "Linear maps of the layers are quantised; token tables, norms and heads are not. The model may",
      "be larger than memory. docs/memory.md tells the formats."
    })
final class QuantizeCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model's folder, or ORG/NAME[@REV] of the hub.")
  private Path model = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "The new folder, new or empty.")
  private Path into = Path.of("");

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "nf4",
      description = "nf4, fp4, or int8 by blocks, which only luthier reads (default: nf4).")
  private String type = "";

  @Option(
      names = "--block",
      paramLabel = "N",
      description =
          "Weights that share a scale: a power of two from 16 to 4096 (default: 64, int8: 256).")
  private Optional<Integer> block = Optional.empty();

  @Option(names = "--double", description = "Quantises the scales too (nf4, fp4).")
  private boolean doubled;

  @Option(
      names = "--skip",
      split = ",",
      paramLabel = "NAME",
      description = "Linear maps to leave as they are, such as down_proj or layers.0.")
  private @Nullable List<String> skip;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "All other weights as float32, bfloat16 or float16; unset: as they are.")
  private @Nullable String dtype;

  @Override
  public void run() {
    QuantizedFolder work =
        new QuantizedFolder(
            storage(),
            skip == null ? List.of() : skip,
            Optional.ofNullable(dtype).map(d -> TypeName.read("--dtype", d)));
    work.write(
        Screen.folder(model, spec.commandLine().getErr()), into, spec.commandLine().getOut());
  }

  private Storage storage() {
    try {
      for (Code code : Code.values()) {
        if (code.spelling().equals(type)) {
          return new FourBit(code, block.orElse(64), doubled);
        }
      }
      if (type.equals("int8")) {
        if (doubled) {
          throw new UserError("double is for nf4 and fp4; leave it out");
        }
        return new EightBit(block.orElse(256));
      }
    } catch (UserError e) {
      throw new UserError("--" + e.getMessage(), e);
    }
    throw new UserError("--type must be nf4, fp4 or int8, was " + type);
  }
}
