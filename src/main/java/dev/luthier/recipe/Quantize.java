package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.quant.Code;
import dev.luthier.quant.EightBit;
import dev.luthier.quant.FourBit;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Storage;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** How the weights of linear layers are kept in memory, frozen: QLoRA's base (arXiv 2305.14314). */
@Doc(
    "How the weights of linear layers are kept in memory. In fewer bits they are frozen, and so are"
        + " token tables and output heads, which keep 16 bits where their file has them so")
public sealed interface Quantize {
  /** How matrices are packed, where they are. */
  Optional<Storage> storage();

  /** What gives a command the same: a blank and an option, or nothing. */
  default String option() {
    String name = Schema.name(this);
    if (this instanceof None) {
      return "";
    }
    return equals(read(name))
        ? " --quantize " + name
        : " --quantize '{%s: %s}'"
            .formatted(name, Unbinder.record((Record) this).toString().replace("=", ": "));
  }

  /** A place to compute that keeps frozen matrices so. */
  default Compute on(Compute compute) {
    return storage().map(compute::packing).orElse(compute);
  }

  /** As loaded. */
  @Doc("In the type of computation")
  record None() implements Quantize {
    @Override
    public Optional<Storage> storage() {
      return Optional.empty();
    }
  }

  /** QLoRA's. */
  @Doc("In 4 bits at quantiles of a normal distribution, QLoRA's (arXiv 2305.14314)")
  record Nf4(
      @Doc(
              value = "Weights that share a scale: a power of two from 16 to 4096",
              elsewhere = {"blocksize"})
          @Default("64")
          int block,
      @Doc(
              value = "Whether the scales are kept in 8 bits too, 0.37 bits a weight less",
              elsewhere = {"bnb_4bit_use_double_quant", "use_bnb_nested_quant"})
          @Default("true")
          boolean doubleQuant)
      implements Quantize {
    public Nf4 {
      named("nf4", () -> new FourBit(Code.NF4, block, doubleQuant));
    }

    @Override
    public Optional<Storage> storage() {
      return Optional.of(new FourBit(Code.NF4, block, doubleQuant));
    }
  }

  /** Floating point in 4 bits. */
  @Doc("In 4 bits of floating point, as bitsandbytes has them; nf4 is nearer to most weights")
  record Fp4(
      @Doc("Weights that share a scale: a power of two from 16 to 4096") @Default("64") int block,
      @Doc("Whether the scales are kept in 8 bits too, 0.37 bits a weight less") @Default("true")
          boolean doubleQuant)
      implements Quantize {
    public Fp4 {
      named("fp4", () -> new FourBit(Code.FP4, block, doubleQuant));
    }

    @Override
    public Optional<Storage> storage() {
      return Optional.of(new FourBit(Code.FP4, block, doubleQuant));
    }
  }

  /** Blockwise 8 bits. */
  @Doc("In 8 bits of a dynamic exponent by blocks (arXiv 2110.02861)")
  record Int8(
      @Doc("Weights that share a scale: a power of two from 16 to 4096") @Default("256") int block)
      implements Quantize {
    public Int8 {
      named("int8", () -> new EightBit(block));
    }

    @Override
    public Optional<Storage> storage() {
      return Optional.of(new EightBit(block));
    }
  }

  /**
   * As a recipe or a command has it: a name, or YAML such as {@code {nf4: {block: 128}}}.
   *
   * @throws UserError if it is none
   */
  static Quantize read(String yaml) {
    Binder binder = new Binder(Recipe.class, place -> place);
    return (Quantize) binder.bind(Quantize.class, Yaml.parse(yaml), "model.quantize");
  }

  private static void named(String name, Supplier<Storage> storage) {
    try {
      Storage made = storage.get();
      Objects.requireNonNull(made);
    } catch (UserError e) {
      throw new UserError("model.quantize.%s.%s".formatted(name, e.getMessage()), e);
    }
  }
}
