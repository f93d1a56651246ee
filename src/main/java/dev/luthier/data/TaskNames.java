package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tasks that rows belong to, by the order of their names, where rows name any.
 *
 * @param names the name of each task by its number; none twice
 */
public record TaskNames(List<String> names) {
  private static final int SHOWN = 10;

  public TaskNames {
    names = List.copyOf(names);
  }

  /** Those that occur. */
  public static TaskNames of(Samples... sets) {
    return new TaskNames(
        Stream.of(sets)
            .flatMap(set -> set.list().stream())
            .flatMap(sample -> sample.task().stream())
            .distinct()
            .sorted()
            .toList());
  }

  public int size() {
    return names.size();
  }

  /** The number of a task. */
  public Optional<Integer> number(String name) {
    int at = names.indexOf(name);
    return at < 0 ? Optional.empty() : Optional.of(at);
  }

  /**
   * @throws UserError naming the first row that names no task though others do, or one that is none
   *     of these
   */
  public void check(Samples samples) {
    for (Sample sample : samples.list()) {
      String name =
          sample
              .task()
              .orElseThrow(
                  () ->
                      new UserError(
                          "%s names no task, but other rows do (%s); give every row one"
                              .formatted(sample.place(), this)));
      if (number(name).isEmpty()) {
        throw new UserError(
            "%s: task \"%s\" is none of the %d tasks that training has (%s); add training rows for it, or remove these"
                .formatted(sample.place(), name, size(), this));
      }
    }
  }

  /** How many rows of a set each task has, one line; none where no row names a task. */
  public List<String> counts(Samples samples) {
    List<String> out = new ArrayList<>();
    for (String name : names) {
      long count = samples.list().stream().filter(s -> s.task().equals(Optional.of(name))).count();
      out.add("%s %d".formatted(name, count));
    }
    return out.isEmpty() ? List.of() : List.of("%d tasks: %s".formatted(size(), shown(out)));
  }

  private static String shown(List<String> all) {
    String some = String.join(", ", all.subList(0, Math.min(SHOWN, all.size())));
    return all.size() > SHOWN ? some + ", ..." : some;
  }

  /** Up to ten names. */
  @Override
  public String toString() {
    return shown(names);
  }
}
