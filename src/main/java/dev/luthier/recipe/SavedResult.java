package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.ModelCard;
import dev.luthier.model.Model;
import dev.luthier.model.Task;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Full;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The adapter or model that a run leaves behind, with its card. */
record SavedResult(SftFlow.Parts<?, ?, ?> parts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How model hubs call what a model is for. */
  private static final Map<Task, String> PIPELINES =
      Map.of(
          Task.CAUSAL_LM, "text-generation",
          Task.SEQ_CLS, "text-classification",
          Task.TOKEN_CLS, "token-classification",
          Task.SEQ_2_SEQ_LM, "text2text-generation",
          Task.FEATURE_EXTRACTION, "feature-extraction",
          Task.MASKED_LM, "fill-mask");

  /** Writes it into a folder that exists. */
  void save(Path dir, Map<String, String> results, List<String> next) {
    Recipe recipe = parts.recipe();
    Model model = parts.adapted().model();
    String base = ModelPlace.title(recipe.model().path());
    String yaml = Recipes.print(recipe);
    String name = String.valueOf(Path.of(recipe.output()).getFileName());
    List<String> sets = recipe.data().train().stream().map(s -> s.path().toString()).toList();
    parts.lesson().save(dir);
    String pipeline = PIPELINES.getOrDefault(model.task(), "other");
    if (recipe.peft() instanceof Full) {
      model.save(dir, parts.folder().storedType());
      parts.folder().copyCompanions(dir);
      ModelCard.model(name, base, pipeline, sets, results, next, yaml).write(dir);
      return;
    }
    AdapterFiles.save(parts.adapted(), dir, base);
    if (parts.corpus().tasks().told() && parts.corpus().tasks().names().size() > 0) {
      KnownTasks.write(parts.corpus().tasks().names(), dir);
    }
    String method = Schema.name(recipe.peft());
    if (!model.task().heads().isEmpty()) {
      AtomicFile.write(dir.resolve("config.json"), config(model)); // an adapter names no labels
    }
    ModelCard.adapter(name, base, method, pipeline, sets, results, next, yaml).write(dir);
  }

  /** The option that picks the first task, where one has to be picked. */
  private String task() {
    RowTasks<?> tasks = parts.corpus().tasks();
    return parts.recipe().peft().tasks() > 1
        ? " --task " + KnownTasks.quoted(tasks.names().names().get(0))
        : "";
  }

  private static byte[] config(Model model) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(model.config().json());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What to type next. */
  List<String> next(Path result) {
    Recipe recipe = parts.recipe();
    if (recipe.peft() instanceof Full) {
      return parts.lesson().next(result.toString());
    }
    String model = recipe.model().path().toString();
    String how = recipe.model().quantize().option();
    List<String> out =
        new ArrayList<>(
            parts.lesson().next("%s%s --adapter %s%s".formatted(model, how, result, task())));
    if (parts.adapted().merges()) {
      out.add(
          "./luthier adapter merge %s %s %s-merged%s"
              .formatted(model, result, recipe.output(), how));
    }
    return out;
  }
}
