package dev.luthier.recipe;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A reward model among others.
 *
 * @param name as it is called
 * @param model its folder; of an adapter, that of the model that it is for
 * @param adapter the adapter that makes it a reward model
 */
public record NamedReward(String name, Path model, Optional<Path> adapter) {
  /** What a run calls the folder of its result, whichever run it is. */
  private static final Set<String> RESULTS = Set.of("adapter", "model", "merged");

  /** One that is called as the folder that its run wrote to. */
  public static NamedReward of(Path model, Optional<Path> adapter) {
    Path folder = adapter.orElse(model).toAbsolutePath().normalize();
    Path parent = folder.getParent();
    Path named = parent != null && RESULTS.contains(last(folder)) ? parent : folder;
    return new NamedReward(last(named), model, adapter);
  }

  private static String last(Path folder) {
    Path name = folder.getFileName();
    return name == null ? "reward" : name.toString();
  }

  Writer.Voice voice(String device) {
    return new Writer.Voice(model, adapter, Optional.empty(), device);
  }
}
