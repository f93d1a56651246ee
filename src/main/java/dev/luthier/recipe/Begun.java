package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Full;
import dev.luthier.peft.Peft;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** A recipe's method on its model: new, or as the adapter has it that training begins from. */
final class Begun {
  private Begun() {}

  /**
   * @throws UserError if this kind of method cannot begin from an adapter
   */
  static void check(Peft peft, Optional<Path> adapter) {
    if (adapter.isPresent() && (peft instanceof Full || peft.scout().isPresent())) {
      throw new UserError(
          "adapter %s: peft %s cannot begin from an adapter; leave adapter out, or take another peft such as lora"
              .formatted(adapter.get(), Schema.name(peft)));
    }
  }

  static <M extends Model> Adapted<M> attach(
      M model, Recipe recipe, ModelFolder folder, Consumer<String> note) {
    Adapted<M> fresh = NewHeads.attach(model, recipe.peft(), folder.beginning(recipe.seed()));
    return recipe.adapter().map(dir -> AdapterFiles.begun(fresh, dir, note)).orElse(fresh);
  }
}
