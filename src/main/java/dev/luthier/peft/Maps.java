package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Dense;
import dev.luthier.model.Projection;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import java.util.List;

/** What the maps into and out of a bottleneck are. */
sealed interface Maps {
  /**
   * The map into the bottleneck.
   *
   * @param at the path of its weights
   */
  Projection down(Insets make, String at, long hidden, long width);

  /** The map out of the bottleneck. */
  Projection up(Insets make, String at, long hidden, long width);

  /** Refuses a width that they cannot have. */
  default void check(long hidden, long width) {}

  /** Matrices. */
  record Plain(MapStart start) implements Maps {
    @Override
    public Projection down(Insets make, String at, long hidden, long width) {
      return dense(make, at, start.down(make.compute(), width, hidden));
    }

    @Override
    public Projection up(Insets make, String at, long hidden, long width) {
      return dense(make, at, start.up(make.compute(), hidden, width));
    }

    static Dense dense(Insets make, String at, org.bytedeco.pytorch.Tensor weight) {
      Parameter w = make.weight(at + ".weight", weight);
      return new Dense(w, make.weight(at + ".bias", Fresh.full(make.compute(), 0, weight.size(0))));
    }
  }

  /** Sums of Kronecker products: {@link KroneckerMap}. */
  record Kronecker(int dimension, SecondFactors factors, Rule rule) implements Maps {
    @Override
    public Projection down(Insets make, String at, long hidden, long width) {
      return map(make, at, hidden, width);
    }

    @Override
    public Projection up(Insets make, String at, long hidden, long width) {
      return map(make, at, width, hidden);
    }

    @Override
    public void check(long hidden, long width) {
      if (hidden % dimension != 0 || width % dimension != 0) {
        throw new UserError(
            "compacter.dimension must divide the model's width %d and the bottleneck's %d, was %d; set compacter.width"
                .formatted(hidden, width, dimension));
      }
    }

    private KroneckerMap map(Insets make, String at, long in, long out) {
      Compute compute = make.compute();
      Parameter a = rule.of(make, at, dimension);
      List<Parameter> b =
          factors.fresh(compute, dimension, in, out).stream()
              .map(part -> make.weight(at + "." + part.name(), part.value()))
              .toList();
      return new KroneckerMap(a, b, make.weight(at + ".b", Fresh.full(compute, 0, out)));
    }
  }

  /** Whose first factors are. */
  enum Rule {
    /** One for all maps of the adapter, N(0, 1e-4) as in AdapterHub. */
    SHARED,
    /** Each map has its own, N(0, 0.01). */
    OWN;

    Parameter of(Insets make, String at, int n) {
      return this == SHARED
          ? make.shared("phm_rule", () -> Fresh.normal(make.compute(), 1e-4, n, n, n))
          : make.weight(at + ".phm_rule", Fresh.normal(make.compute(), 0.01, n, n, n));
    }
  }
}
