package dev.luthier.advise;

import dev.luthier.error.Check;
import dev.luthier.recipe.Memory;
import java.util.OptionalDouble;

/**
 * What trains.
 *
 * @param gpu whether it is a GPU
 * @param memory of one device; training uses one
 * @param devices how many there are
 * @param tflops what its vendor says it multiplies in 16 bits, 10^12 operations a second; of a CPU
 *     what was measured
 */
public record Machine(boolean gpu, Memory memory, int devices, OptionalDouble tflops) {
  public Machine {
    Check.atLeast("--devices", 1, devices);
    tflops.ifPresent(t -> Check.above("--tflops", 0, t));
  }

  /** The same with the speed of this machine's processor, where it is none that was named. */
  Machine timed() {
    return gpu || tflops.isPresent()
        ? this
        : new Machine(false, memory, devices, OptionalDouble.of(Speed.measured()));
  }

  /** Whether its memory is that of cards that people have at home. */
  boolean consumer() {
    return memory.bytes() <= 32_000_000_000L;
  }
}
