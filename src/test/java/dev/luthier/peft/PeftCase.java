package dev.luthier.peft;

import dev.luthier.Golden;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.quant.Code;
import dev.luthier.quant.FourBit;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A method on a model of the golden directory, and what it promises.
 *
 * @param family the model's folder
 * @param start how far a new adapter's logits may be from the base's: 0 is to rounding, infinity
 *     where the paper begins elsewhere
 * @param merges whether weights can hold it
 * @param compute how the model is kept
 */
record PeftCase(String family, Peft peft, double start, boolean merges, Compute compute) {
  /** Begins at the base and merges. */
  static PeftCase of(String family, Peft peft) {
    return new PeftCase(family, peft, 0, true, Compute.CPU);
  }

  /** The same for a method that cannot be merged. */
  PeftCase unmerged() {
    return new PeftCase(family, peft, start, false, compute);
  }

  /** The same for a method that does not begin at the base, or nearly. */
  PeftCase from(double distance) {
    return new PeftCase(family, peft, distance, merges, compute);
  }

  /** The same on a model whose linear maps are in four bits. */
  private PeftCase quantised() {
    return new PeftCase(
        family, peft, start, merges, Compute.CPU.packing(new FourBit(Code.NF4, 64, true)));
  }

  /** Every case, and the first of each kind of method on a quantised model. */
  static Stream<PeftCase> all() {
    Set<String> seen = new HashSet<>();
    List<PeftCase> plain = plain().toList();
    return Stream.concat(
        plain.stream(), plain.stream().filter(c -> seen.add(c.kind())).map(PeftCase::quantised));
  }

  private String kind() {
    return peft instanceof Lora lora
        ? "%s %s %s %s".formatted(lora.form(), lora.start(), lora.bias(), lora.save())
        : Methods.name(peft);
  }

  private static Stream<PeftCase> plain() {
    return Stream.of(
            LoraCases.ALL,
            LoraFamilyCases.ALL,
            PromptCases.ALL,
            BottleneckCases.ALL,
            HyperCases.ALL,
            SparseCases.ALL)
        .flatMap(List::stream);
  }

  /**
   * The method, written so into a file, as it comes back from a folder, which then holds the
   * adapters it builds on.
   */
  Peft in(Path dir, Peft written) {
    if (peft instanceof MadX stack) {
      return new MadX(within(dir, stack.below()), stack.task());
    }
    return peft instanceof AdapterFusion f
        ? new AdapterFusion(within(dir, f.adapters()), f.dropout(), f.penalty(), f.save())
        : written;
  }

  private static List<Path> within(Path dir, List<Path> folders) {
    return folders.stream().map(folder -> dir.resolve(folder.getFileName())).toList();
  }

  Model model() {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), compute);
  }

  @Override
  public String toString() {
    return Methods.name(peft) + " on " + family + (compute.packing().isPresent() ? " in nf4" : "");
  }
}
