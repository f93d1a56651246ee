package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.RunDirectory;
import dev.luthier.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Carries out a recipe of stages, one after the other. A stage that has ended is never run again;
 * one that was broken off goes on where it was.
 *
 * @param progress one for each training
 */
public record StagesFlow(Stages stages, Supplier<Progress> progress, PrintWriter out) {
  private static final String RECIPE = "recipe.yaml";

  /**
   * Runs all stages that have not ended.
   *
   * @return whether all have ended; else it was asked to stop and has saved itself
   * @throws UserError if the input is wrong; what can be known before is said before a stage runs
   */
  public boolean run(Training.Start start) {
    StagesCheck check = StagesCheck.silent(stages);
    check.paths();
    if (start == Training.Start.NEW) {
      RunDirectory.checkNew(stages.output());
    }
    stages.all().forEach(this::checkBegun);
    check.data();
    try (RunDirectory run = open(start)) {
      AtomicFile.write(run.path().resolve(RECIPE), stages.text().getBytes(StandardCharsets.UTF_8));
      HeldOutScores scores = new HeldOutScores(stages, out);
      List<Staged> done = new ArrayList<>();
      for (Staged staged : stages.all()) {
        if (!one(staged)) {
          out.printf(
              "stopped in stage %s; the same command with --resume goes on from there%n",
              staged.name());
          out.flush();
          return false;
        }
        done.add(staged);
        scores.update(done);
      }
      new StagesReport(stages, scores).write(out);
      return true;
    }
  }

  /** Shows what all stages would do, and runs none. */
  public void dryRun() {
    new StagesCheck(stages, out).dryRun();
  }

  /** The memory of every training, one after the other; no weights are read. */
  public void estimate(Optional<Memory> fit) {
    StagesCheck check = new StagesCheck(stages, out);
    check.paths();
    for (Staged staged : stages.all()) {
      if (staged.stage() instanceof TrainStage train) {
        out.println(title(stages, staged));
        if (check.awaitsData(staged, train.recipe())) {
          out.println("not known before its data is there, which an earlier stage leaves");
        } else {
          new Estimate(check.standIn(train.recipe()), fit, out).run(false);
        }
        out.println();
      }
    }
    out.flush();
  }

  private RunDirectory open(Training.Start start) {
    if (start == Training.Start.NEW) {
      return RunDirectory.create(stages.output(), stages.text());
    }
    Path kept = stages.output().resolve(RECIPE);
    if (!Files.exists(kept)) {
      throw new UserError(
          "there is nothing to resume in %s (no %s); start it without --resume"
              .formatted(stages.output(), RECIPE));
    }
    try { // what a changed recipe changes is looked at stage by stage
      return RunDirectory.resume(stages.output(), Files.readString(kept));
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(kept, UserError.reason(e)), e);
    }
  }

  private void checkBegun(Staged staged) {
    Optional<StageRecord> kept = StageRecord.of(staged);
    if (kept.isEmpty() && holdsSomething(staged.dir())) {
      throw new UserError(
          "%s holds files that stage %s did not leave; remove it, or choose another output"
              .formatted(staged.dir(), staged.name()));
    }
    kept.ifPresent(record -> record.check(staged, later(staged)));
  }

  private static boolean holdsSomething(Path dir) {
    if (!Files.exists(dir)) {
      return false;
    }
    try (Stream<Path> inside = Files.list(dir)) {
      return inside.findAny().isPresent();
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(dir, UserError.reason(e)), e);
    }
  }

  /** The directories of stages that were begun on what a stage left, or on what these left. */
  private List<Path> later(Staged staged) {
    List<Path> out = new ArrayList<>();
    for (Staged other : stages.all()) {
      if (other.inputs().containsKey(staged.name()) && StageRecord.of(other).isPresent()) {
        out.add(other.dir());
        out.addAll(later(other));
      }
    }
    return out.stream().distinct().toList();
  }

  /** Whether a stage has ended. */
  private boolean one(Staged staged) {
    Optional<StageRecord> kept = StageRecord.of(staged);
    out.println(title(stages, staged));
    if (kept.isPresent() && kept.get().done()) {
      out.println("has ended before");
      boolean ended = lacking(staged).isEmpty() || carriedOut(staged); // what is asked for since
      out.println();
      out.flush();
      return ended;
    }
    StageRecord record = kept.orElse(StageRecord.begun(staged));
    record.write(staged);
    out.flush();
    long begin = System.nanoTime();
    boolean ended = carriedOut(staged);
    record.after((System.nanoTime() - begin) / 1e9, ended).write(staged);
    out.println();
    out.flush();
    return ended;
  }

  /**
   * What later stages name and it has not left, such as a merged model that nobody named before.
   */
  private static List<Path> lacking(Staged staged) {
    return staged.wanted().stream()
        .map(staged.artefacts()::get)
        .filter(artefact -> !Files.exists(artefact))
        .toList();
  }

  private boolean carriedOut(Staged staged) {
    try {
      return staged
          .stage()
          .carryOut(new Stage.Run(staged.dir(), staged.wanted(), stages.device(), progress, out));
    } catch (UserError e) {
      throw new UserError("stage %s: %s".formatted(staged.name(), e.getMessage()), e);
    }
  }

  static String title(Stages stages, Staged staged) {
    String from =
        staged.inputs().isEmpty() ? "" : ", from " + String.join(", ", staged.inputs().keySet());
    return "stage %d of %d: %s (%s%s)"
        .formatted(
            stages.all().indexOf(staged) + 1,
            stages.all().size(),
            staged.name(),
            staged.stage().what(),
            from);
  }
}
