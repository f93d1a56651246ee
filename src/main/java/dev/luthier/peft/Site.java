package dev.luthier.peft;

import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Seed;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a method is put on.
 *
 * @param open the places with weights that are the method's to change; not those that train whole
 * @param prefix what stands before a module's path in the adapter's file
 * @param seed for the start of new weights
 * @param saved the file that the adapter comes from, or that says what was chosen for it; none
 *     where it is new
 */
record Site(Model model, List<Slot> open, String prefix, long seed, @Nullable Safetensors saved) {
  /** A weight at a place, named as in the adapter's file: prefix, path, dot, part. */
  Parameter weight(String path, String part, Tensor value) {
    return new Parameter(prefix + path + "." + part, value);
  }

  /** The seed of what is new at a place. */
  long seed(Slot slot) {
    return Seed.of(seed, 1 + model.slots().indexOf(slot));
  }
}
