package dev.luthier.advise;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Memory;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A device by its name.
 *
 * @param gigabytes of memory, 0 where that has to be said
 * @param tflops dense products in 16 bits, 10^12 operations a second, by the vendor's data sheet; 0
 *     unknown
 */
record Device(boolean gpu, int gigabytes, double tflops) {
  private static final Map<String, Device> KNOWN = known();

  private static Map<String, Device> known() {
    Map<String, Device> out = new LinkedHashMap<>();
    out.put("cpu", new Device(false, 0, 0));
    out.put("gpu", new Device(true, 0, 0));
    out.put("h200", new Device(true, 141, 989));
    out.put("h100", new Device(true, 80, 989));
    out.put("a100", new Device(true, 80, 312));
    out.put("l40s", new Device(true, 48, 362));
    out.put("l4", new Device(true, 24, 121));
    out.put("t4", new Device(true, 16, 65));
    out.put("4090", new Device(true, 24, 165));
    out.put("3090", new Device(true, 24, 71));
    return out;
  }

  static Device of(String name) {
    Device device = KNOWN.get(name.strip().toLowerCase(Locale.ROOT));
    if (device == null) {
      throw new UserError(
          "--device must be one of %s, was %s".formatted(String.join(", ", KNOWN.keySet()), name));
    }
    return device;
  }

  /** The machine, with what was said of it. */
  Machine machine(Optional<String> memory, int devices, OptionalDouble said) {
    OptionalDouble speed = said.isPresent() || tflops == 0 ? said : OptionalDouble.of(tflops);
    return new Machine(
        gpu, memory.map(m -> Memory.of("--memory", m)).orElseGet(this::own), devices, speed);
  }

  private Memory own() {
    if (gigabytes > 0) {
      return new Memory(gigabytes * 1_000_000_000L);
    }
    if (gpu) {
      throw new UserError("--memory must say how much the GPU has, such as 24GB");
    }
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? new Memory(system.getTotalMemorySize())
        : refused();
  }

  private static Memory refused() {
    throw new UserError("--memory must say how much the machine has, such as 16GB");
  }
}
