package dev.luthier.peft;

import dev.luthier.model.Lookup;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What LoRA adds: s (B A + b), less s B0 A0 where the start is not zero. Letters: r rank, N tokens.
 *
 * @param down A (r, in); of a table (r, V)
 * @param up B (out, r)
 * @param bias b (out), or none
 * @param start the B A that is taken off again, so that the sum begins at zero; or none
 * @param scale s
 */
record Factors(
    Parameter down, Parameter up, Optional<Parameter> bias, Optional<Begin> start, double scale) {
  /**
   * Where the factors began, frozen.
   *
   * @param down A0 (r, in)
   * @param up B0 (out, r)
   */
  record Begin(Parameter down, Parameter up) {}

  /** Without bias, from zero. */
  Factors(Parameter down, Parameter up, double scale) {
    this(down, up, Optional.empty(), Optional.empty(), scale);
  }

  /**
   * What is added to a linear map's output, without the scale.
   *
   * @param dropped x (N, in) as dropout leaves it; x itself where it does nothing
   */
  Tensor of(Tensor x, Tensor dropped) {
    boolean apart = start.isPresent() && dropped != x; // the start meets no dropout
    Tensor out = // (N, out)
        apart
            ? torch.sub(
                through(dropped, down, up), through(x, start.get().down(), start.get().up()))
            : torch.linear(torch.linear(dropped, rows().to(type(x))), columns().to(type(x)));
    return bias.isEmpty() ? out : out.add(bias.get().as(x));
  }

  private static ScalarType type(Tensor x) {
    return x.scalar_type();
  }

  private static Tensor through(Tensor x, Parameter down, Parameter up) {
    return torch.linear(torch.linear(x, down.as(x)), up.as(x));
  }

  /** What is added to the rows (N, H) of a table, without the scale. */
  Tensor rows(Tensor ids, Lookup base) {
    Tensor low = torch.embedding(down.value().t(), ids, base.paddingId(), false, false); // (N, r)
    return torch.linear(low, up.value());
  }

  /** s (B A - B0 A0) (out, in). */
  Tensor matrix() {
    return columns().mm(rows()).mul(Ops.scalar(scale));
  }

  /** A, above A0 where there is a start. */
  Tensor rows() {
    return start.isEmpty() ? down.value() : Ops.cat(0, down.value(), start.get().down().value());
  }

  /** B, beside -B0 where there is a start: with {@link #rows} a plain LoRA of twice the rank. */
  Tensor columns() {
    return start.isEmpty() ? up.value() : Ops.cat(1, up.value(), start.get().up().value().neg());
  }

  List<Parameter> trainable() {
    return Stream.concat(Stream.of(down, up), bias.stream()).toList();
  }

  List<Parameter> frozen() {
    return start.stream().flatMap(s -> Stream.of(s.down(), s.up())).toList();
  }

  List<Entry> entries() {
    List<Entry> out = new ArrayList<>();
    out.add(start.isEmpty() ? Entry.of(down) : derived(down, this::rows));
    out.add(start.isEmpty() ? Entry.of(up) : derived(up, this::columns));
    bias.ifPresent(b -> out.add(Entry.of(b)));
    return out;
  }

  /** A file that has it is read as a LoRA of twice the rank, never by this. */
  private static Entry derived(Parameter p, Supplier<Tensor> value) {
    return new Entry(
        p.name(),
        value,
        saved -> {
          throw new IllegalStateException(p.name() + " is written only");
        });
  }
}
