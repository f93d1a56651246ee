package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A recipe of stages, read and understood: every reference leads somewhere, every key is known.
 *
 * @param text as it was written, with overrides
 * @param output the directory of all
 * @param device where stages compute that say nothing else
 * @param all in their order
 * @param heldOut what is measured after each
 */
public record Stages(
    String text, Path output, String device, List<Staged> all, Optional<HeldOut> heldOut) {
  public Stages {
    all = List.copyOf(all);
  }

  /** Whether a file says stages; one that cannot be read is no such file. */
  public static boolean isOne(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      return Recipes.tree(file).keySet().stream()
          .anyMatch(k -> Schema.norm(k).equals(StagesTree.STAGES));
    } catch (UserError e) {
      return false; // said by whoever reads it as a recipe
    }
  }

  /**
   * Reads one.
   *
   * @param overrides as of a recipe; those of a stage begin with {@code --stages.NAME.}
   * @throws UserError if anything is wrong, as {@link Recipes#read} does
   */
  public static Stages read(Path file, List<String> overrides) {
    return new StagesReader(file, overrides).read();
  }

  /** The models from outside that stages work on, by the path that they write. */
  public Set<Path> models() {
    Set<Path> out = new LinkedHashSet<>();
    for (Staged staged : all) {
      Path model = staged.stage().start(device).model();
      if (maker(model).isEmpty()) {
        out.add(model);
      }
    }
    return out;
  }

  /** The stage that leaves what a path leads to. */
  Optional<Staged> maker(Path path) {
    return all.stream().filter(s -> path.startsWith(s.dir())).findFirst();
  }

  /** A model from outside that has the shape of the one that a stage works on. */
  Path likeness(Path model) {
    return maker(model).map(s -> likeness(s.stage().start(device).model())).orElse(model);
  }

  /** Whether all is there that a scorer reads of what stages leave. */
  boolean hasWhatReads(Scorer scorer) {
    return NamedPath.in((Record) scorer).stream()
        .allMatch(p -> maker(p.path()).isEmpty() || Files.exists(p.path()));
  }

  /** A scorer in words, with the ids of the stages that make what it reads. */
  String told(Scorer scorer) {
    List<String> makers =
        NamedPath.in((Record) scorer).stream()
            .flatMap(p -> maker(p.path()).stream())
            .map(Staged::id)
            .distinct()
            .toList();
    return CompareSpec.told(scorer) + (makers.isEmpty() ? "" : " " + makers);
  }
}
