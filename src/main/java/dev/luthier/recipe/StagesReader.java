package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads a recipe of stages: one stage after the other, each with what the earlier ones leave. */
final class StagesReader {
  private static final String SEED = "seed";
  private static final String OUTPUT = "output";
  private final StagesTree tree;
  private final UnaryOperator<Path> place;
  private final Map<String, Map<String, Path>> artefacts = new LinkedHashMap<>();
  private final Map<String, String> ids = new LinkedHashMap<>();
  private final Map<String, Set<String>> wanted = new LinkedHashMap<>();

  StagesReader(Path file, List<String> arguments) {
    this.tree = StagesTree.of(file, arguments);
    this.place = Recipes.place(file);
  }

  Stages read() {
    Map<String, Object> head = new LinkedHashMap<>(tree.head());
    head.put(StagesTree.STAGES, Map.of());
    StagesSpec spec =
        Recipes.bound(head, tree.file().toString(), tree.overrides(), place, StagesSpec.class);
    List<Staged> bare = new ArrayList<>();
    tree.stages().forEach((name, told) -> bare.add(staged(name, told, spec)));
    Optional<HeldOut> heldOut = tree.report().map(this::heldOut);
    List<Staged> all =
        bare.stream().map(s -> s.wanting(wanted.getOrDefault(s.name(), Set.of()))).toList();
    return new Stages(tree.text(), output(spec), spec.device(), all, heldOut);
  }

  /** Spelled in one way, since what stages are told is compared. */
  private static Path output(StagesSpec spec) {
    return Path.of(spec.output()).normalize();
  }

  private Staged staged(String name, Map<String, Object> told, StagesSpec spec) {
    Path dir = output(spec).resolve(name);
    StageReferences.Resolved resolved = resolved(name, told, "stages." + name);
    Map<String, String> inputs = new LinkedHashMap<>();
    for (StageReferences.Named named : resolved.named()) {
      inputs.put(named.stage(), Objects.requireNonNull(ids.get(named.stage())));
    }
    Stage stage = stage(name, map(resolved.value()), dir, spec);
    Staged out = new Staged(name, dir, stage, inputs, Set.of());
    ids.put(name, out.id());
    artefacts.put(name, out.artefacts());
    return out;
  }

  /** Plain data with the paths of artefacts; what it names is wanted. */
  private StageReferences.Resolved resolved(String own, Object value, String path) {
    try {
      StageReferences.Resolved out =
          new StageReferences(own, artefacts, tree.stages().keySet()).in(value, path);
      out.named()
          .forEach(
              n -> wanted.computeIfAbsent(n.stage(), s -> new LinkedHashSet<>()).add(n.artefact()));
      return out;
    } catch (UserError e) {
      throw new UserError("%s: %s".formatted(tree.file(), e.getMessage()), e);
    }
  }

  private Stage stage(String name, Map<String, Object> told, Path dir, StagesSpec spec) {
    String where = "%s: stages.%s".formatted(tree.file(), name);
    Optional<String> kind = StagesTree.kind(told);
    if (kind.isPresent()) {
      told.computeIfPresent(kind.get(), (k, v) -> seeded(k, v, spec.seed()));
      return Recipes.bound(told, where, tree.overrides(name), place, Work.class);
    }
    StagesTree.meant(told)
        .ifPresent(
            meant -> {
              throw new UserError(
                  "%s: unknown kind of stage %s; did you mean %s?"
                      .formatted(where, told.keySet().iterator().next(), meant));
            });
    if (told.containsKey(OUTPUT)) {
      throw new UserError(
          "%s.output: a stage writes to %s, its place in the output of all; leave the key out"
              .formatted(where, dir));
    }
    told.put(OUTPUT, dir.toString());
    told.putIfAbsent(SEED, spec.seed());
    Recipe recipe = Recipes.bound(told, where, tree.overrides(name), place, Recipe.class);
    return new TrainStage(recipe.with(recipe.model().usuallyOn(spec.device())));
  }

  /** With the seed of all, where the kind has one and says none. */
  private static Object seeded(String kind, Object told, long seed) {
    boolean has =
        Schema.variants(Work.class).entrySet().stream()
            .filter(v -> Schema.norm(v.getKey()).equals(Schema.norm(kind)))
            .flatMap(v -> v.getValue().keys().stream())
            .anyMatch(key -> key.name().equals(SEED));
    if (!has || !(told instanceof Map)) {
      return told;
    }
    Map<String, Object> out = map(told);
    out.putIfAbsent(SEED, seed);
    return out;
  }

  private HeldOut heldOut(Object report) {
    StageReferences.Resolved resolved = resolved("", report, StagesTree.REPORT);
    Map<String, Object> told = new LinkedHashMap<>();
    told.put(StagesTree.REPORT, Objects.requireNonNull(resolved.value()));
    told.put(StagesTree.STAGES, Map.of());
    told.put(OUTPUT, "read already");
    return Recipes.bound(told, tree.file().toString(), tree.overrides(), place, StagesSpec.class)
        .report()
        .orElseThrow();
  }

  private static Map<String, Object> map(@Nullable Object value) {
    Map<String, Object> out = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(value)).forEach((k, v) -> out.put((String) k, v));
    return out;
  }
}
