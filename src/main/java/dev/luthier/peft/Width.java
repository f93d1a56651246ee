package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;

/** How wide a bottleneck is. */
@Doc("How wide the bottleneck is")
public sealed interface Width {
  /** Units of the bottleneck in a model of this width. */
  int of(long hidden);

  /** The factor that AdapterHub's files have for it. */
  double reduction(long hidden);

  /** The model's width divided by a factor. */
  @Shorthand
  @Doc("The model's width divided by a factor")
  record Reduced(@Doc("The factor") double by) implements Width {
    public Reduced {
      Check.above("width.reduced", 0, by);
    }

    @Override
    public int of(long hidden) {
      return floor(hidden, by);
    }

    @Override
    public double reduction(long hidden) {
      return by;
    }

    /** Python's hidden // by, but at least 1. */
    static int floor(long hidden, double by) {
      double whole = Math.rint((hidden - hidden % by) / by); // what is left is a whole number
      return (int) Math.max(1, whole);
    }
  }

  /** So many units in any model. */
  @Shorthand
  @Doc("So many units, whatever the model's width")
  record Units(@Doc("How many") int units) implements Width {
    public Units {
      Check.atLeast("width.units", 1, units);
    }

    @Override
    public int of(long hidden) {
      return units;
    }

    /** The exact factor where there is one, else one in the middle of those that give the units. */
    @Override
    public double reduction(long hidden) {
      double exact = (double) hidden / units;
      return hidden % units == 0 || Reduced.floor(hidden, exact) == units
          ? exact
          : hidden / (units + 0.5);
    }
  }
}
