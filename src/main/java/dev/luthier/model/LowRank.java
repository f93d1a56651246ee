package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Optional;

/** A map that may be no more than W x + b + s B A x, which can be computed as one product. */
public interface LowRank extends Projection {
  /**
   * The parts of W x + b + s B A x.
   *
   * @param base W and b
   * @param down A (r, in)
   * @param up B (out, r)
   * @param scale s
   */
  record Parts(Linear base, Parameter down, Parameter up, double scale) {}

  /** Its parts, or none if it does more now, such as drop some of its input. */
  Optional<Parts> parts();
}
