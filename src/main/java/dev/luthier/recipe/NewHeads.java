package dev.luthier.recipe;

import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Beginning;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Weights that the model's folder does not have. An adapter brings its task's heads along, but a
 * new map below them, such as BERT's pooler, would be drawn again by whoever loads the adapter, so
 * it has to be saved too.
 */
final class NewHeads {
  private NewHeads() {}

  /** {@link Adapted#attach} with all that is new trained and saved whole. */
  static <M extends Model> Adapted<M> attach(M model, Peft peft, Beginning start) {
    List<String> more =
        model.slots().stream()
            .filter(slot -> isNew(slot, model))
            .map(Slot::path)
            .filter(path -> model.task().heads().stream().noneMatch(h -> within(path, h)))
            .toList();
    return Adapted.attach(model, peft, more, start);
  }

  private static boolean within(String path, String head) {
    return path.equals(head) || path.startsWith(head + ".");
  }

  /** Files may have a name without what stands before it in memory, as "bert.". */
  private static boolean isNew(Slot slot, Model model) {
    Map<String, Safetensors.Info> there = model.frame().files().infos();
    Map<String, String> renamed = model.frame().renamed();
    return slot.base().weights().values().stream()
        .map(Parameter::name)
        .map(name -> renamed.getOrDefault(name, name))
        .noneMatch(
            name ->
                there.keySet().stream()
                    .anyMatch(
                        stored ->
                            stored.equals(name)
                                || name.endsWith("." + stored)
                                || stored.endsWith("." + name)));
  }
}
