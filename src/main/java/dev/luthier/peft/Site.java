package dev.luthier.peft;

import dev.luthier.model.Model;
import dev.luthier.model.Place;
import dev.luthier.model.Projection;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Seed;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a method is put on.
 *
 * @param open the places with weights that are the method's to change; not those that train whole
 * @param prefix what stands before a module's path in the adapter's file
 * @param start how new weights begin
 * @param below what methods before this one put in places
 */
record Site(
    Model model, List<Slot> open, String prefix, Beginning start, Map<Place<?>, Adaptation> below) {
  /** A model without other methods. */
  Site(Model model, List<Slot> open, String prefix, Beginning start) {
    this(model, open, prefix, start, Map.of());
  }

  /** For the start of new weights. */
  long seed() {
    return start.seed();
  }

  /** What a method at this place stands on: the loaded map, or what another method made of it. */
  Projection under(Slot slot) {
    Adaptation other = below.get(slot);
    return other == null ? slot.base() : other;
  }

  /** A weight at a place, named as in the adapter's file: prefix, path, dot, part. */
  Parameter weight(String path, String part, Tensor value) {
    return new Parameter(prefix + path + "." + part, value);
  }

  /** The seed of what is new at a place. */
  long seed(Slot slot) {
    return Seed.of(seed(), 1 + model.slots().indexOf(slot));
  }
}
