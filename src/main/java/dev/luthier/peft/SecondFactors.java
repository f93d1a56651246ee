package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What the second factors of a sum of Kronecker products are made of. */
@Doc("What each second factor of the Kronecker products is made of")
public sealed interface SecondFactors {
  /** A weight and what its name ends in. */
  record Part(String name, Tensor value) {}

  /**
   * New ones, N(0, 2 / (rows + columns)) each: Glorot's.
   *
   * @param n summands
   * @param in width of the map's input
   * @param out width of its output
   */
  List<Part> fresh(Compute compute, long n, long in, long out);

  /** Products of two thin matrices. */
  @Shorthand
  @Doc("A product of two thin matrices")
  record LowRank(@Doc("Their rank") int rank) implements SecondFactors {
    public LowRank {
      Check.atLeast("compacter.factors.low_rank", 1, rank);
    }

    @Override
    public List<Part> fresh(Compute compute, long n, long in, long out) {
      return List.of(
          new Part("W_left", glorot(compute, n, in / n, rank)),
          new Part("W_right", glorot(compute, n, rank, out / n)));
    }
  }

  /** Whole matrices. */
  @Doc("A whole matrix")
  record Whole() implements SecondFactors {
    @Override
    public List<Part> fresh(Compute compute, long n, long in, long out) {
      return List.of(new Part("W", glorot(compute, n, in / n, out / n)));
    }
  }

  private static Tensor glorot(Compute compute, long n, long rows, long columns) {
    return Fresh.normal(compute, Math.sqrt(2.0 / (rows + columns)), n, rows, columns);
  }
}
