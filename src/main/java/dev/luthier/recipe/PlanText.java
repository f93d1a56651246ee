package dev.luthier.recipe;

import dev.luthier.plan.Plan;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A plan of memory in words. */
final class PlanText {
  /** What each part is, in the order of {@link Plan#parts}. */
  private static final Map<String, String> MEANING =
      Map.of(
          "process", "the Java process and its libraries, as it is now",
          "weights", "that do not train, and pages of their files",
          "adapters", "weights that train, float32",
          "gradients", "of what trains",
          "optimizer", "what it keeps between steps",
          "activations", "what the layers make of the largest micro-batch",
          "logits", "scores of every choice, and what the loss keeps",
          "workspace", "the rest of what is in use at the peak",
          "cache", "while answers are written; not at the same time",
          "peak", "");

  private PlanText() {}

  /** One line, for the head of a run. */
  static String line(Plan plan) {
    return "%-11s%s planned at the peak: %s"
        .formatted(
            "memory",
            size(plan.peak()),
            plan.parts().entrySet().stream()
                .filter(e -> e.getValue() > 0 && !e.getKey().equals("peak"))
                .map(e -> e.getKey() + " " + size(e.getValue()))
                .collect(Collectors.joining(", ")));
  }

  /** A line for each part. */
  static String table(Plan plan) {
    String parts =
        plan.parts().entrySet().stream()
            .map(
                e ->
                    "%-12s %,18d  %10s  %s"
                        .formatted(
                            e.getKey(),
                            e.getValue(),
                            size(e.getValue()),
                            e.getKey().equals("peak")
                                ? "in " + plan.when()
                                : MEANING.get(e.getKey())))
            .map(String::stripTrailing)
            .collect(Collectors.joining(System.lineSeparator()));
    return "%-12s %18s%n%s".formatted("memory", "bytes", parts);
  }

  /** The micro-batch that the plan is made for. */
  static String batch(Plan plan) {
    return "micro-batch  %d sequences, %d tokens, the longest %d, %d targets"
        .formatted(
            plan.extent().sequences(),
            plan.extent().tokens(),
            plan.extent().longest(),
            plan.extent().targets());
  }

  /** 1.23 GB. */
  static String size(double bytes) {
    if (bytes < 1e6) {
      return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
    }
    return bytes < 1e9
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }
}
