package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a comparison came to, as Markdown. */
final class ClaimsPage {
  private final ClaimsPlan plan;
  private final ClaimsRuns runs;
  private final StringBuilder out = new StringBuilder();

  private ClaimsPage(ClaimsPlan plan, ClaimsRuns runs) {
    this.plan = plan;
    this.runs = runs;
  }

  static String of(ClaimsPlan plan, ClaimsRuns runs, Path file) {
    ClaimsPage page = new ClaimsPage(plan, runs);
    page.head(file);
    page.verdicts();
    plan.tasks().forEach(page::table);
    page.remarks();
    return page.out.toString();
  }

  /** The scores of all seeds. */
  private record Scores(List<Double> values) {
    double mean() {
      return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }

    /** The standard deviation, that of a sample. */
    double spread() {
      double mean = mean();
      double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
      return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    }
  }

  private void head(Path file) {
    out.append(
        """
        # What the methods reach

        Written by `./luthier claims %s` from its runs. Every method trains with the seeds %s, which
        draw new weights, order of the rows and dropout, and computes in float32. A score is the mean of these runs \u00b1 their
        standard deviation. Nothing is chosen by the rows that are measured on: the weights are those
        after the last step, and rates were chosen on a tenth of the rows to learn from
        (`--tune`). Seconds and memory are those of runs of their own, of %d steps without an
        evaluation, the median step and the most memory in use at once.

        """
            .formatted(
                file,
                plan.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                plan.costSteps()));
  }

  /** Every claim beside what was measured. */
  private void verdicts() {
    out.append(
        "## The claims\n\nScores as per cent of full fine-tuning's.\n\n| claimed | method |");
    plan.tasks().forEach(t -> out.append(' ').append(t.name()).append(" |"));
    out.append("\n|---|---|").append("---|".repeat(plan.tasks().size())).append('\n');
    for (ClaimsPlan.Method method : plan.methods()) {
      method
          .claim()
          .ifPresent(
              claim -> {
                out.append(
                    "| %s, %s to %s %% | %s |"
                        .formatted(
                            claim.about(),
                            number(claim.from()),
                            number(claim.to()),
                            method.name()));
                plan.tasks().forEach(t -> out.append(" %s |".formatted(verdict(t, method, claim))));
                out.append('\n');
              });
    }
    out.append('\n');
    plan.reading().ifPresent(text -> out.append(text.strip()).append("\n\n"));
  }

  private String verdict(ClaimsPlan.Task task, ClaimsPlan.Method method, ClaimsPlan.Claim claim) {
    if (!method.on(task)) {
      return "not run";
    }
    double share = share(task, method);
    return Double.isFinite(share)
        ? "%.1f, %s".formatted(share, verdict(claim, share))
        : "no share of 0";
  }

  private static String verdict(ClaimsPlan.Claim claim, double share) {
    double rounded = Math.round(share * 10) / 10.0; // as it is printed
    if (rounded < claim.from()) {
      return "**below**";
    }
    return rounded > claim.to() ? "above" : "within";
  }

  private void table(ClaimsPlan.Task task) {
    double untrained = before(task);
    out.append("## ").append(task.title()).append("\n\n");
    out.append(
        "Recipe `%s`; %s, %.3f before training.\n\n"
            .formatted(task.recipe(), task.score().label(), untrained));
    out.append(
        "| method | trainable | share | memory, MB | s/step | rate | score | of full's |\n"
            + "|---|---|---|---|---|---|---|---|\n");
    for (ClaimsPlan.Method method : plan.methods().stream().filter(m -> m.on(task)).toList()) {
      RunResult cost = result(runs.cost(task, method));
      Scores scores = scores(task, method);
      double share = share(task, method);
      out.append(
          "| %s | %,d | %.3f %% | %,.0f | %.4f | %s | %.3f \u00b1 %.3f | %s |%n"
              .formatted(
                  method.name(),
                  cost.trainable(),
                  100.0 * cost.trainable() / cost.parameters(),
                  cost.memory().taken() / 1e6,
                  cost.secondsPerStep(),
                  number(runs.rate(task, method)),
                  scores.mean(),
                  scores.spread(),
                  Double.isFinite(share) ? "%.1f %%".formatted(share) : "-"));
    }
    out.append('\n');
  }

  private void remarks() {
    Map<String, String> remarks = new LinkedHashMap<>();
    plan.methods().forEach(m -> m.remark().ifPresent(text -> remarks.put(m.name(), text)));
    if (remarks.isEmpty()) {
      return;
    }
    out.append("## What stands behind the numbers\n\n");
    remarks.forEach((name, text) -> out.append("- **%s**: %s%n".formatted(name, text.strip())));
  }

  private double before(ClaimsPlan.Task task) {
    return runs.scores(List.of(task), List.of(plan.full())).stream()
        .mapToDouble(run -> value(result(run).before(), task))
        .average()
        .orElse(Double.NaN);
  }

  private double share(ClaimsPlan.Task task, ClaimsPlan.Method method) {
    return 100 * scores(task, method).mean() / scores(task, plan.full()).mean();
  }

  private Scores scores(ClaimsPlan.Task task, ClaimsPlan.Method method) {
    return new Scores(
        runs.scores(List.of(task), List.of(method)).stream()
            .map(run -> value(result(run).after(), task))
            .toList());
  }

  /**
   * @throws UserError if what counts is not measured there
   */
  static double value(Map<String, Double> measured, ClaimsPlan.Task task) {
    return Optional.ofNullable(measured.get(task.score().key()))
        .orElseThrow(
            () ->
                new UserError(
                    "%s: %s is not measured there; there are %s"
                        .formatted(
                            task.name(),
                            task.score().label(),
                            String.join(", ", measured.keySet()))));
  }

  private static RunResult result(ClaimsRun run) {
    return run.result()
        .orElseThrow(() -> new UserError(run.directory() + " has not ended; run it again"));
  }

  /** 95 for 95.0, and 3e-4 for 3.0E-4. */
  static String number(double value) {
    if (value >= 0.1) {
      return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }
    return "%.1e".formatted(value).replace(".0e", "e").replace("e-0", "e-");
  }
}
