package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The classes that a model tells apart.
 *
 * @param names the name of each class by its id; at least one, none twice
 */
public record LabelSet(List<String> names) {
  private static final int SHOWN = 10;

  public LabelSet {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new UserError("data.labels must name at least one label, was []");
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new UserError("data.labels names a label twice: " + names);
    }
  }

  /**
   * The labels that occur in the examples, whole numbers in their order, else texts in theirs.
   *
   * @throws UserError if no example has a label
   */
  public static LabelSet of(Samples samples) {
    List<String> found =
        samples.list().stream().flatMap(sample -> labels(sample.example())).distinct().toList();
    if (found.isEmpty()) {
      throw new UserError("no row of training has a label");
    }
    return new LabelSet(found.stream().sorted(order(found)).toList());
  }

  /**
   * The classes of a model that was trained before.
   *
   * @param id2label id2label of its config.json
   * @throws UserError if the keys are not 0, 1, 2 ...
   */
  public static LabelSet of(Map<String, String> id2label) {
    List<String> names =
        IntStream.range(0, id2label.size())
            .mapToObj(
                id -> {
                  String name = id2label.get(String.valueOf(id));
                  if (name == null) {
                    throw new UserError(
                        "id2label must have the keys 0 to %d, was %s"
                            .formatted(id2label.size() - 1, id2label.keySet()));
                  }
                  return name;
                })
            .toList();
    return new LabelSet(names);
  }

  private static Comparator<String> order(Collection<String> labels) {
    return labels.stream().allMatch(LabelSet::isWhole)
        ? Comparator.comparingLong(Long::parseLong)
        : Comparator.naturalOrder();
  }

  private static boolean isWhole(String label) {
    return label.matches("-?(0|[1-9]\\d{0,17})");
  }

  /** The labels of an example, in order; none for one that has no classes. */
  static Stream<String> labels(Example example) {
    if (example instanceof Example.Labelled labelled) {
      return Stream.of(labelled.label());
    }
    return example instanceof Example.Tagged tagged ? tagged.tags().stream() : Stream.empty();
  }

  public int size() {
    return names.size();
  }

  /**
   * Whether these are the names that transformers gives where nobody gave any: LABEL_0, LABEL_1 ...
   */
  public boolean isUnnamed() {
    return IntStream.range(0, size()).allMatch(id -> names.get(id).equals("LABEL_" + id));
  }

  public String name(int id) {
    return names.get(id);
  }

  /**
   * The id of a label. Where no class is named by a number, a file may also give the id.
   *
   * @throws UserError if there is no such class
   */
  public int id(String label) {
    int id = idOrNone(label);
    if (id < 0) {
      throw new UserError("%s is none of the %d known: %s".formatted(quoted(label), size(), this));
    }
    return id;
  }

  /**
   * @param samples of a set other than the one the labels are from
   * @throws UserError if a row has a label that is none of these: it names the first such row
   */
  public void check(Samples samples) {
    List<Sample> unknown =
        samples.list().stream()
            .filter(s -> labels(s.example()).anyMatch(label -> idOrNone(label) < 0))
            .toList();
    if (!unknown.isEmpty()) {
      Sample first = unknown.get(0);
      String label = labels(first.example()).filter(l -> idOrNone(l) < 0).findFirst().orElseThrow();
      throw new UserError(
          "%s: %s is none of the %d labels that training has (%s); %d rows have such labels: add training rows for them, or remove these"
              .formatted(first.place(), quoted(label), size(), this, unknown.size()));
    }
  }

  private static String quoted(String label) {
    return "label \"%s\"".formatted(label);
  }

  private int idOrNone(String label) {
    int id = names.indexOf(label);
    if (id < 0 && isWhole(label) && names.stream().noneMatch(LabelSet::isWhole)) {
      long number = Long.parseLong(label);
      return number >= 0 && number < size() ? (int) number : -1;
    }
    return id;
  }

  /** Up to ten names. */
  @Override
  public String toString() {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, size())));
    return size() > SHOWN ? shown + ", ..." : shown;
  }
}
