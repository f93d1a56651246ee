package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The learning rates of a comparison, by task and method. */
@Doc("The learning rates of a comparison")
record ClaimsRates(@Doc("By task and method") Map<String, Map<String, Double>> rates) {
  private static final String HEAD =
      """
      # Written by `./luthier claims --tune`: of the rates that were tried, those with the best score on
      # a tenth of the rows to learn from.
      """;

  /** None where the file is not there. */
  static ClaimsRates read(Path file) {
    return Files.exists(file)
        ? Recipes.read(file, List.of(), ClaimsRates.class)
        : new ClaimsRates(Map.of());
  }

  double of(ClaimsPlan.Task task, ClaimsPlan.Method method) {
    return Optional.ofNullable(rates.getOrDefault(task.name(), Map.of()).get(method.name()))
        .orElseGet(() -> method.usual(task));
  }

  /** The same with another rate. */
  ClaimsRates with(ClaimsPlan.Task task, ClaimsPlan.Method method, double rate) {
    Map<String, Map<String, Double>> all = new LinkedHashMap<>(rates);
    Map<String, Double> ofTask = new LinkedHashMap<>(all.getOrDefault(task.name(), Map.of()));
    ofTask.put(method.name(), rate);
    all.put(task.name(), ofTask);
    return new ClaimsRates(all);
  }

  void write(Path file) {
    AtomicFile.write(file, (HEAD + Recipes.print(this)).getBytes(StandardCharsets.UTF_8));
  }
}
