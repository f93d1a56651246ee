package dev.luthier.advise;

/**
 * Where a rule comes from.
 *
 * @param kind what sort of source
 * @param place where in it
 */
public record Source(Kind kind, String place) {
  /** What rules stand on. */
  public enum Kind {
    /** A line of one of the overview's four lists. */
    CHOOSE,
    /** A row, a column or a paragraph of the overview. */
    OVERVIEW,
    /** A measurement or a limit of this program's own. */
    OURS
  }

  /** The overview, "Choose X when", the n-th line. */
  static Source choose(String method, int line) {
    return new Source(Kind.CHOOSE, "overview, \"Choose %s when\", line %d".formatted(method, line));
  }

  /** The overview's table of objectives, or of parameter-efficient methods. */
  static Source row(String name, String column) {
    return new Source(Kind.OVERVIEW, "overview, row %s: %s".formatted(name, column));
  }

  /** A column of one of the two tables. */
  static Source column(String name) {
    return new Source(Kind.OVERVIEW, "overview, column " + name);
  }

  /** What the overview says of a method in words. */
  static Source paragraph(String name) {
    return new Source(Kind.OVERVIEW, "overview, paragraph " + name);
  }

  /** A page of docs. */
  static Source ours(String page, String what) {
    return new Source(Kind.OURS, "docs/%s: %s".formatted(page, what));
  }
}
