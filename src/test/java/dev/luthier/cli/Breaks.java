package dev.luthier.cli;

import dev.luthier.recipe.Recipes;
import dev.luthier.recipe.Training;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;

/** Fails when it hears of a step, before that step is evaluated or saved. */
record Breaks(long at, List<String> notes) implements Progress {
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Trains in this process; whether it came to its end. */
  boolean train(Path recipe, Path out, Training.Start start) {
    return train(recipe, out, start, this);
  }

  /** The same before others, who may ask this one. */
  boolean train(Path recipe, Path out, Training.Start start, Progress progress) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    try {
      Training.run(Recipes.read(recipe, List.of("--output=" + out)), start, progress, nowhere);
      return true;
    } catch (Broken e) {
      return false;
    }
  }

  @Override
  public void begin(long done, long total) {}

  @Override
  public void step(Step done) {
    if (done.number() == at) {
      throw new Broken();
    }
  }

  @Override
  public void note(String line) {
    notes.add(line);
  }

  @Override
  public void close() {}
}
