package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Modules that train and are saved whole beside a method: PEFT's modules_to_save. */
final class Wholes {
  private Wholes() {}

  /** The places in modules of these names, and those of the task's heads. */
  static List<Slot> places(Model model, List<String> names) {
    return model.slots().stream()
        .filter(
            slot ->
                Stream.concat(names.stream(), model.task().heads().stream())
                    .anyMatch(name -> Targets.inside(slot, name)))
        .toList();
  }

  /**
   * @param key where the names were given, for the error
   * @throws UserError if a name is that of no module
   */
  static void refuseUnknown(Model model, List<String> names, String key) {
    for (String name : names) {
      if (model.slots().stream().noneMatch(s -> Targets.inside(s, name))) {
        throw new UserError(key + " names " + name + ", which is no module of this model");
      }
    }
  }

  /** Their tensors in the adapter's file. */
  static List<Entry> entries(Adapted<?> adapted) {
    return adapted.changes().stream()
        .map(Change::with)
        .filter(Whole.class::isInstance)
        .flatMap(whole -> ((Whole) whole).parameters().stream())
        .map(Entry::of)
        .toList();
  }

  static Attachment attach(List<Slot> slots, String prefix) {
    List<Change<?>> changes = new ArrayList<>();
    List<Whole> wholes = new ArrayList<>();
    for (Slot slot : slots) {
      Whole whole = new Whole(slot.path(), slot.base().copy(prefix + slot.path()));
      changes.add(new Change<>(slot, whole));
      wholes.add(whole);
    }
    return Attachment.of(changes, wholes.stream().flatMap(w -> w.parameters().stream()).toList());
  }
}
