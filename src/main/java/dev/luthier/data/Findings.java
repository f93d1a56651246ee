package dev.luthier.data;

import java.util.List;
import java.util.stream.Stream;

/**
 * What was found in the examples of two sets.
 *
 * @param train lines about the training set
 * @param eval lines about the evaluation set
 * @param warnings what the user should know though the run goes on
 * @param errors what forbids the run
 */
public record Findings(
    List<String> train, List<String> eval, List<String> warnings, List<String> errors) {
  static final Findings NONE = new Findings(List.of(), List.of(), List.of(), List.of());

  /** Both. */
  Findings and(Findings more) {
    return new Findings(
        join(train, more.train),
        join(eval, more.eval),
        join(warnings, more.warnings),
        join(errors, more.errors));
  }

  private static List<String> join(List<String> a, List<String> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }

  public Findings {
    train = List.copyOf(train);
    eval = List.copyOf(eval);
    warnings = List.copyOf(warnings);
    errors = List.copyOf(errors);
  }
}
