package dev.luthier.online;

import java.util.List;

/**
 * What a version was measured on before it may be deployed.
 *
 * @param checks in the order in which they were made; a version that was not measured has none
 */
public record GateReport(List<Checked> checks) {
  public GateReport {
    checks = List.copyOf(checks);
  }

  /**
   * One check.
   *
   * @param name what was measured
   * @param figure what came out; a check that could not be made failed, and has 0
   * @param bound what the figure was held against, such as {@code >= 0.55}
   * @param passed the verdict
   * @param told how the figure came about, for people: numbers of rows, intervals
   */
  public record Checked(String name, double figure, String bound, boolean passed, String told) {
    public Checked {
      if (!Double.isFinite(figure)) {
        throw new IllegalArgumentException(name + " is " + figure);
      }
    }

    /** One line for people. */
    public String text() {
      return "%s %.4f, bound %s: %s%s"
          .formatted(
              name, figure, bound, passed ? "passed" : "failed", told.isEmpty() ? "" : "; " + told);
    }
  }

  /** Whether every check was passed. */
  public boolean passed() {
    return checks.stream().allMatch(Checked::passed);
  }

  /** What was not passed, one line each. */
  public List<String> reasons() {
    return checks.stream().filter(c -> !c.passed()).map(Checked::text).toList();
  }
}
