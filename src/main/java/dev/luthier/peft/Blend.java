package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Beside;
import dev.luthier.model.Joint;
import dev.luthier.model.Place;
import dev.luthier.model.Projection;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** Several methods at one place: the base's result and what each changes in it, weighted. */
final class Blend {
  private Blend() {}

  /**
   * One method's share.
   *
   * @param name of the adapter, for errors
   * @param with what it puts in the place
   */
  record Part(String name, Object with, double weight) {}

  /** What stands in a place for all the parts. */
  static Object at(Place<?> place, List<Part> parts) {
    if (parts.size() == 1 && parts.get(0).weight() == 1) {
      return parts.get(0).with();
    }
    Object first = parts.get(0).with();
    if (place instanceof Slot slot) {
      return (Projection) x -> sum(slot.base().apply(x), parts, p -> ((Projection) p).apply(x));
    }
    if (first instanceof Joint) {
      return (Joint)
          (x, read, y, norm) ->
              sum(Joint.PLAIN.of(x, read, y, norm), parts, p -> ((Joint) p).of(x, read, y, norm));
    }
    if (first instanceof Beside) {
      return (Beside) (y, asked) -> sum(y, parts, p -> ((Beside) p).of(y, asked));
    }
    throw new UserError(
        "adapter %s adds virtual tokens or the like at %s, which cannot be weighted or added to others; use it alone"
            .formatted(parts.get(0).name(), place.path()));
  }

  /** base + sum of w_i (f_i - base). */
  private static Tensor sum(Tensor base, List<Part> parts, Function<Object, Tensor> result) {
    Tensor out = base;
    for (Part part : parts) {
      out = out.add(result.apply(part.with()).sub(base), Ops.scalar(part.weight()));
    }
    return out;
  }
}
