package dev.luthier.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * The README.md of an adapter or model folder, with the YAML head that model hubs read (see
 * huggingface_hub, "Model Cards").
 *
 * @param name what the page is called
 * @param library {@code peft} or {@code transformers}: what loads the folder
 * @param baseModel the model that was trained, as the recipe names it
 * @param pipeline what the model is for, by the hub's names, such as {@code text-classification}
 * @param tags what the hub finds the page by
 * @param datasets the files or names of the training data
 * @param results names and values, in the order of the page
 * @param usage the commands that use the folder
 * @param recipeYaml the resolved recipe
 */
public record ModelCard(
    String name,
    String library,
    String baseModel,
    String pipeline,
    List<String> tags,
    List<String> datasets,
    Map<String, String> results,
    List<String> usage,
    String recipeYaml) {

  private static final DumpSettings YAML =
      DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(4096).build();

  /**
   * The card of an adapter that PEFT loads.
   *
   * @param method its kind as the hub's tag, such as {@code lora}
   */
  public static ModelCard adapter(
      String name,
      String baseModel,
      String method,
      String pipeline,
      List<String> datasets,
      Map<String, String> results,
      List<String> usage,
      String recipeYaml) {
    List<String> tags = List.of("base_model:adapter:" + baseModel, method, "transformers");
    return new ModelCard(
        name, "peft", baseModel, pipeline, tags, datasets, results, usage, recipeYaml);
  }

  /** The same for an adapter that another library loads. */
  public ModelCard loadedBy(String other) {
    return new ModelCard(
        name, other, baseModel, pipeline, tags, datasets, results, usage, recipeYaml);
  }

  /** The card of a whole model that transformers loads. */
  public static ModelCard model(
      String name,
      String baseModel,
      String pipeline,
      List<String> datasets,
      Map<String, String> results,
      List<String> usage,
      String recipeYaml) {
    List<String> tags = List.of("base_model:finetune:" + baseModel);
    return new ModelCard(
        name, "transformers", baseModel, pipeline, tags, datasets, results, usage, recipeYaml);
  }

  /**
   * Writes {@code README.md}, replacing one that is there.
   *
   * @throws dev.luthier.error.UserError if the place cannot be written
   */
  public void write(Path dir) {
    AtomicFile.write(dir.resolve("README.md"), text().getBytes(StandardCharsets.UTF_8));
  }

  String text() {
    StringBuilder out = new StringBuilder();
    out.append("---\n").append(head()).append("---\n\n# ").append(line(name)).append("\n\n");
    out.append("Trained with Luthier from ").append(code(baseModel));
    if (!datasets.isEmpty()) {
      out.append(" on ").append(String.join(", ", datasets.stream().map(ModelCard::code).toList()));
    }
    out.append(".\n");
    if (!results.isEmpty()) {
      out.append("\n## Results\n\n| | |\n|---|---|\n");
      results.forEach((k, v) -> out.append("| %s | %s |\n".formatted(cell(k), cell(v))));
    }
    if (!usage.isEmpty()) {
      out.append("\n## Use\n\n").append(block("sh", String.join("\n", usage)));
    }
    out.append("\n## Recipe\n\n").append(block("yaml", recipeYaml.stripTrailing()));
    return out.toString();
  }

  private String head() {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("library_name", library);
    head.put("base_model", baseModel);
    head.put("pipeline_tag", pipeline);
    head.put("tags", tags);
    return new Dump(YAML).dumpToString(head);
  }

  private static String line(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private static String cell(String text) {
    return line(text).replace("|", "\\|");
  }

  private static String code(String text) {
    return "`" + line(text).replace("`", "'") + "`";
  }

  /** A fence longer than any run of backticks inside. */
  private static String block(String language, String text) {
    String fence = "```";
    while (text.contains(fence)) {
      fence += "`";
    }
    return fence + language + "\n" + text + "\n" + fence + "\n";
  }
}
