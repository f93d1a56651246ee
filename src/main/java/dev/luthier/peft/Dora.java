package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Lookup;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * DoRA (Liu et al. 2024, https://arxiv.org/abs/2402.09353): a weight is its rows' lengths times
 * their directions, W' = m (W + s B A) / ||W + s B A|| (eq. 5), and m (out) trains beside A and B.
 * The length in the denominator gets no gradient (section 4.3, eq. 11). The paper writes lengths of
 * columns; a row of (out, in), what makes one output, is PEFT's reading. Equal to its
 * tuners/lora/dora.py; the lengths are computed from the factors, without ever making W + s B A.
 * Letters: N tokens.
 */
@Doc("Lengths and directions of the weight's rows learn apart (DoRA, arXiv 2402.09353)")
public record Dora() implements LoraForm {
  private static final double TINY = 1e-24; // a row of zeros stays one

  @Override
  public LoraMaps.LowRank at(Site site, Slot slot, Factors factors, double rate) {
    if (site.under(slot) != slot.base()) {
      throw new UserError(
          "lora.form dora needs the loaded weights of %s, which another method has changed; put lora first in together"
              .formatted(slot.path()));
    }
    if (slot.base() instanceof Lookup table) {
      Lengths lengths =
          Lengths.of(() -> table.weight().value().t(), site.prefix() + slot.path(), factors);
      return new DoraLookup(table, factors, lengths);
    }
    Linear linear = (Linear) slot.base();
    Lengths lengths = Lengths.of(linear::matrix, site.prefix() + slot.path(), factors);
    return new DoraDense(linear, factors, lengths, rate, site.model().dropout());
  }

  /**
   * m and what ||W + s B A|| is computed from.
   *
   * @param matrix W (out, in); of a table (H, V)
   * @param squares ||W||^2 of every row, (out)
   * @param magnitude m (out)
   */
  record Lengths(Supplier<Tensor> matrix, Parameter squares, Parameter magnitude) {
    static Lengths of(Supplier<Tensor> matrix, String path, Factors factors) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        Tensor wide = matrix.get().to(ScalarType.Float);
        Parameter squares = new Parameter(path + ".row_squares", wide.square().sum(1)); // (out)
        Tensor start = norms(matrix.get(), squares, factors);
        return new Lengths(
            matrix, squares, new Parameter(path + ".lora_magnitude_vector.weight", start));
      }
    }

    /** ||W + sBA||^2 = ||W||^2 + 2 s B (A W^T) + s^2 B (A A^T) B^T, row by row. */
    private static Tensor norms(Tensor matrix, Parameter squares, Factors f) {
      Tensor a = f.rows(); // (r, in)
      Tensor b = f.columns().mul(Ops.scalar(f.scale())); // (out, r)
      Tensor cross = torch.linear(matrix, a.to(matrix.scalar_type())); // (out, r)
      Tensor mixed = b.mm(a.mm(a.t())).add(cross.mul(new Scalar(2.0))); // (out, r)
      return squares.value().add(mixed.mul(b).sum(1)).clamp_min(Ops.scalar(TINY)).sqrt();
    }

    /** In files the magnitude has no ending, unlike in memory. */
    Entry entry() {
      return Entry.of(magnitude.name().replaceAll("\\.weight$", ""), magnitude);
    }

    /** m / ||W + s B A|| (out), whose gradient goes to m alone. */
    Tensor ratio(Factors factors) {
      Tensor norms;
      try (AutoGradMode off = Ops.noGrad()) {
        norms = Scope.of(() -> norms(matrix.get(), squares, factors));
      }
      return magnitude.value().div(norms);
    }
  }

  /** g = m / ||W + s B A||; y = W x + b + (g - 1) W x + g s B A x. */
  record DoraDense(Linear inner, Factors factors, Lengths lengths, double rate, Dropout dropout)
      implements LoraMaps.LowRank {
    @Override
    public Tensor apply(Tensor x) { // (N, in)
      Tensor y = inner.apply(x); // (N, out)
      Tensor g = lengths.ratio(factors).to(x.scalar_type()); // (out)
      boolean drops = dropout.now(rate) > 0;
      Tensor dropped = dropout.apply(x, rate);
      Tensor straight = unbiased(drops ? inner.apply(dropped) : y, inner.bias()); // W x
      Tensor low = factors.of(x, dropped).mul(Ops.scalar(scale()));
      return y.addcmul(straight, g.sub(new Scalar(1.0))).addcmul(low, g);
    }

    private static Tensor unbiased(Tensor y, @Nullable Parameter bias) {
      return bias == null ? y : y.sub(bias.as(y));
    }

    @Override
    public Linear merged() {
      Linear copy = inner.copy("merged");
      bake(copy.matrix(), factors, lengths);
      return copy;
    }

    @Override
    public Optional<Lengths> lengthsApart() {
      return Optional.of(lengths);
    }
  }

  /** The same for a table, whose columns have the lengths: (m / ||.||) (row + s B A[:, i]). */
  record DoraLookup(Lookup inner, Factors factors, Lengths lengths) implements LoraMaps.LowRank {
    @Override
    public Tensor apply(Tensor ids) { // (N)
      Tensor rows = inner.apply(ids); // (N, H)
      Tensor delta = factors.rows(ids, inner).mul(Ops.scalar(scale()));
      return rows.add(delta.to(rows.scalar_type()))
          .mul(lengths.ratio(factors).to(rows.scalar_type()));
    }

    @Override
    public Lookup merged() {
      Lookup copy = inner.copy("merged");
      bake(copy.weight().value().t(), factors, lengths);
      return copy;
    }

    @Override
    public Optional<Lengths> lengthsApart() {
      return Optional.of(lengths);
    }
  }

  /** eq. 5, in place. */
  private static void bake(Tensor matrix, Factors factors, Lengths lengths) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      matrix.add_(factors.matrix()).mul_(lengths.ratio(factors).unsqueeze(1));
    }
  }
}
