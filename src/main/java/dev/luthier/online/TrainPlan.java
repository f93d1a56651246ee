package dev.luthier.online;

import dev.luthier.io.AtomicFile;
import dev.luthier.recipe.LearnsFrom;
import dev.luthier.recipe.Recipes;
import dev.luthier.recipe.StageReferences;
import dev.luthier.recipe.Stages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The trainings of a cycle, as a recipe of stages: {@code reward}, where there is one, then {@code
 * policy}, each going on from the adapter of before.
 *
 * @param folder of the cycle
 */
record TrainPlan(CycleRecipe.Told told, Path folder) {
  static final String FOLDER = "train";
  static final String REWARD = "reward";
  static final String POLICY = "policy";
  private static final String FILE = "stages.yaml";

  Path adapter() {
    return folder.resolve(FOLDER).resolve(POLICY).resolve(Versions.ADAPTER);
  }

  Path rewardAdapter() {
    return folder.resolve(FOLDER).resolve(REWARD).resolve(Versions.ADAPTER);
  }

  Path output() {
    return folder.resolve(FOLDER);
  }

  /**
   * Writes the recipe of stages, if it is not there, and reads it.
   *
   * @param parent the adapter of the version that is tuned
   * @param reward the adapter of the last reward model
   * @throws dev.luthier.error.UserError if a stage's recipe is wrong
   */
  Stages stages(CycleRows rows, Optional<Path> parent, Optional<Path> reward) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      AtomicFile.write(file, text(rows, parent, reward).getBytes(StandardCharsets.UTF_8));
    }
    return Stages.read(file, List.of());
  }

  private String text(CycleRows rows, Optional<Path> parent, Optional<Path> reward) {
    OnlineSpec spec = told.recipe().online();
    Map<String, Object> stages = new LinkedHashMap<>();
    spec.reward()
        .ifPresent(
            draft ->
                stages.put(
                    REWARD, draft.filled(begin(reward, spec.seed()), rows.reward().toString())));
    stages.put(POLICY, spec.tune().filled(begin(parent, spec.seed()), rows.train().toString()));
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("output", output().toString());
    out.put("stages", stages);
    return Recipes.text(out);
  }

  private Map<String, Object> begin(Optional<Path> adapter, long seed) {
    Map<String, Object> out = new LinkedHashMap<>();
    Map<String, Object> model = new LinkedHashMap<>();
    if (told.tree().get("model") instanceof Map<?, ?> written) {
      written.forEach((k, v) -> model.put(String.valueOf(k), v));
    }
    model.put("path", told.recipe().model().path().toString());
    out.put("model", model);
    adapter.ifPresent(dir -> out.put("adapter", dir.toString()));
    out.put("seed", seed);
    return out;
  }

  /** Whether what is learnt from answers of the model itself. */
  boolean rewarded() {
    return LearnsFrom.of(told.recipe().online().tune().keys(), "online.tune") == LearnsFrom.PROMPTS;
  }

  /** The gate with the paths of what the trainings left in it. */
  Gate gate() {
    Map<String, Path> left = new LinkedHashMap<>();
    left.put(Versions.ADAPTER, rewardAdapter());
    Map<String, Map<String, Path>> earlier =
        told.recipe().online().reward().isPresent() ? Map.of(REWARD, left) : Map.of();
    Object online = Objects.requireNonNull(told.tree().get("online"));
    Object resolved =
        new StageReferences("gate", earlier, earlier.keySet())
            .in(gateOnly(online), "online")
            .value();
    Map<String, Object> tree = new LinkedHashMap<>(told.tree());
    tree.put("online", Objects.requireNonNull(resolved));
    return Recipes.bound(tree, told.file(), CycleRecipe.class).online().gate();
  }

  /** The gate's references are resolved; those of trainings are the stages' own matter. */
  private static Object gateOnly(Object online) {
    Map<String, Object> out = new LinkedHashMap<>();
    ((Map<?, ?>) online).forEach((k, v) -> out.put(String.valueOf(k), v));
    out.put("tune", Map.of("method", "dpo"));
    out.remove("reward");
    return out;
  }
}
