package dev.luthier.peft;

import dev.luthier.model.Slot;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a method does to a model.
 *
 * @param trainable the weights that train, owned by the attachment
 * @param frozen its other weights, which it owns too
 * @param saved what the adapter's file holds
 * @param encoder what a second file holds: what the first one is computed from, where PEFT drops it
 * @param course what it does in a run beside gradient steps
 * @param parts of several methods at once: what each does alone
 * @param written the method as its file names it, where that is not as the recipe has it
 */
record Attachment(
    List<Change<?>> changes,
    List<Parameter> trainable,
    List<Parameter> frozen,
    List<Entry> saved,
    List<Entry> encoder,
    Course course,
    List<Attachment> parts,
    Optional<Supplier<Peft>> written) {
  /** A single method, whose file names it as the recipe does. */
  Attachment(
      List<Change<?>> changes,
      List<Parameter> trainable,
      List<Parameter> frozen,
      List<Entry> saved,
      Course course) {
    this(changes, trainable, frozen, saved, List.of(), course, List.of(), Optional.empty());
  }

  /** A method whose file holds what trains. */
  static Attachment of(List<Change<?>> changes, List<Parameter> trainable) {
    return of(changes, trainable, List.of());
  }

  /** A method whose file holds what trains and what does not. */
  static Attachment of(List<Change<?>> changes, List<Parameter> trainable, List<Parameter> frozen) {
    List<Entry> saved = Stream.concat(trainable.stream(), frozen.stream()).map(Entry::of).toList();
    return new Attachment(changes, trainable, frozen, saved, Course.NONE);
  }

  /** The same with something to do beside gradient steps. */
  Attachment on(Course course) {
    return new Attachment(changes, trainable, frozen, saved, encoder, course, parts, written);
  }

  /** The same with another file. */
  Attachment saving(List<Entry> entries) {
    return new Attachment(changes, trainable, frozen, entries, encoder, course, parts, written);
  }

  /** The same with a file that PEFT can read, computed from what a second one holds. */
  Attachment encoding(List<Entry> entries) {
    return new Attachment(changes, trainable, frozen, entries, saved, course, parts, written);
  }

  /** The same with another name in its file, asked for when it is written. */
  Attachment writtenAs(Supplier<Peft> peft) {
    return new Attachment(
        changes, trainable, frozen, saved, encoder, course, parts, Optional.of(peft));
  }

  /** Both; course, parts and name are this one's. */
  Attachment and(Attachment more) {
    return new Attachment(
        join(changes, more.changes),
        join(trainable, more.trainable),
        join(frozen, more.frozen),
        join(saved, more.saved),
        join(encoder, more.encoder),
        course,
        parts,
        written);
  }

  private static <T> List<T> join(List<T> a, List<? extends T> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }

  /** What stands in for loaded maps. */
  Map<Slot, Adaptation> places() {
    Map<Slot, Adaptation> out = new LinkedHashMap<>();
    for (Change<?> change : changes) {
      if (change.place() instanceof Slot slot && change.with() instanceof Adaptation map) {
        out.put(slot, map);
      }
    }
    return out;
  }

  /** How a weight's learning rate differs from the run's, where this is what the method does. */
  double rateOf(Peft method, Parameter weight) {
    return method instanceof Together several
        ? several.rateOf(weight, parts)
        : method.rateOf(weight);
  }

  void close() {
    trainable.forEach(Parameter::close);
    frozen.forEach(Parameter::close);
  }
}
