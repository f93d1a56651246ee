package dev.luthier.recipe;

import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One stage of a recipe of stages: a training, or one of the kinds of {@link Work}. It works in a
 * directory of its own and leaves artefacts there, which later stages take by name.
 */
public sealed interface Stage permits TrainStage, Work {
  /** What it is, for people: the method's or kind's name. */
  String what();

  /** All that it was told, as YAML: a finished stage is the same one where this is. */
  String text();

  /**
   * What it leaves, by the names that {@code ${stage.artefact}} has.
   *
   * @param dir its directory
   */
  Map<String, Path> artefacts(Path dir);

  /** What it begins from: a model, or a model with an adapter. */
  Writer.Voice start(String device);

  /** The model that it leaves, where that one writes. */
  Optional<Writer.Voice> voice(Path dir, String device);

  /**
   * What a stage works with.
   *
   * @param dir its directory, which may hold what a broken-off process left
   * @param wanted artefacts that later stages name
   * @param device auto, cpu, cuda or cuda:N, where the stage says none
   * @param progress for one training
   * @param out what people read
   */
  record Run(
      Path dir, Set<String> wanted, String device, Supplier<Progress> progress, PrintWriter out) {}

  /**
   * Does it, or goes on with it where its directory holds the beginning.
   *
   * @return false where it was asked to stop and has saved itself
   */
  boolean carryOut(Run run);

  /** What it measured, for the report: by measure, before and after; before may be unknown. */
  Map<String, Change> measured(Path dir);

  /**
   * A number before a stage and after it.
   *
   * @param before not a number where there is none
   */
  record Change(double before, double after) {}
}
