package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A run that is about to take its first step, on the weights that it starts from; also where it
 * goes on, before the saved weights come.
 *
 * @param output the run's directory
 * @param note hears what is worth a line
 */
record Beginner<R extends TrainingRow, M extends Model>(
    Recipe recipe, Adapted<M> adapted, Corpus<R> corpus, Path output, Consumer<String> note) {
  static <R extends TrainingRow, M extends Model> Beginner<R, M> of(
      SftFlow.Parts<R, ?, M> parts, Consumer<String> note) {
    return new Beginner<>(parts.recipe(), parts.adapted(), parts.corpus(), parts.output(), note);
  }
}
