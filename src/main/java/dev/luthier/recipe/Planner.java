package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import dev.luthier.peft.Scout;
import dev.luthier.plan.Extent;
import dev.luthier.plan.Fixed;
import dev.luthier.plan.Plan;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.PeakMemory;
import dev.luthier.train.Optimizer;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says what a run will hold in memory, without reading a weight: two small micro-batches of its own
 * rows go through a hollow model, and what they made says what larger ones make.
 */
final class Planner<R extends TrainingRow, B, M extends Model> implements AutoCloseable {
  private final Recipe recipe;
  private final Lesson<R, B, M> lesson;
  private final ModelFolder folder;
  private final Corpus<R> corpus;
  private final Adapted<M> adapted;
  private final Probes<R, B, M> probes;
  private final Map<Kept, Planner<R, B, M>> others = new HashMap<>();
  private long process; // 0 before it is known

  private Planner(
      Recipe recipe,
      Lesson<R, B, M> lesson,
      ModelFolder folder,
      Corpus<R> corpus,
      Adapted<M> adapted) {
    this.recipe = recipe;
    this.lesson = lesson;
    this.folder = folder;
    this.corpus = corpus;
    this.adapted = adapted;
    probes = new Probes<>(recipe, lesson, corpus, adapted);
  }

  Recipe recipe() {
    return recipe;
  }

  /** Builds the hollow model, on which the recipe's method comes. */
  static <R extends TrainingRow, B, M extends Model> Planner<R, B, M> of(
      Recipe recipe, Lesson<R, B, M> lesson, ModelFolder folder, Corpus<R> corpus) {
    M model = lesson.load(recipe.model().compute().withoutWeights());
    try {
      Adapted<M> adapted =
          NewHeads.attach(
              model,
              recipe.peft().scout().map(Scout::likeness).orElse(recipe.peft()),
              folder.beginning(recipe.seed()));
      lesson.own(model).with(adapted).forEach(p -> p.hollow(model.compute().inFloat32()));
      recipe.memory().on(model, note -> {});
      return new Planner<>(recipe, lesson, folder, corpus, adapted);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** The plan of a run that is about to begin; a run goes on without one, and says so. */
  static <R extends TrainingRow, B, M extends Model> Optional<Plan> ahead(
      Recipe recipe,
      Lesson<R, B, M> lesson,
      ModelFolder folder,
      Corpus<R> corpus,
      PrintWriter out) {
    try (Planner<R, B, M> planner = of(recipe, lesson, folder, corpus)) {
      return Optional.of(planner.plan());
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      out.println("memory     not planned: " + UserError.reason(e));
      return Optional.empty();
    }
  }

  Plan plan() {
    return plan(recipe);
  }

  /** How a model is kept, which is what a hollow one is built for. */
  private record Kept(ModelSpec model, MemorySpec memory) {
    Kept(Recipe recipe) {
      this(recipe.model(), recipe.memory());
    }
  }

  /** That of a recipe on the same data; for each way to keep the model one is built. */
  Plan plan(Recipe other) {
    return new Kept(other).equals(new Kept(recipe))
        ? planned(other)
        : others.computeIfAbsent(new Kept(other), kept -> beside(other)).planned(other);
  }

  private Planner<R, B, M> beside(Recipe other) {
    Planner<R, B, M> planner = of(other, lesson, folder, corpus);
    planner.process = process;
    return planner;
  }

  private Plan planned(Recipe other) {
    M model = adapted.model();
    List<Extent> measured =
        Extents.largest(
            EvaluationPart.of(corpus, other.optim()).stream()
                .map(p -> probes.extents().of(p.rows())));
    int blocks = model.frame().stacks().stream().mapToInt(s -> s.layers().size()).sum();
    long tests = measured.stream().mapToLong(e -> probes.of(e).evaluation(blocks)).max().orElse(0);
    List<Extent> trained = probes.extents().largest(RowSteps.of(lesson, corpus, other, model));
    trained.forEach(probes::of); // which also loads what a step needs into the process
    AnswersMemory writing =
        AnswersMemory.of(other, lesson, adapted, corpus, p -> probes.of(p).forward(blocks));
    Fixed fixed = fixed(other.optim().optimizer(), writing.beside());
    return trained.stream()
        .map(e -> new Plan(fixed, e, probes.of(e), tests, writing.cache()))
        .max(Comparator.comparingLong(Plan::peak))
        .orElseThrow();
  }

  /** What libraries take when they are at work, without what was made to look into the future. */
  private Fixed fixed(Optimizer optimizer, long beside) {
    Compute compute = adapted.model().compute();
    if (process == 0) {
      long ours = adapted.peft() instanceof Full ? 0 : 4 * adapted.trainableCount();
      process =
          compute.isCuda() // the room of cuBLAS, once for each thread that multiplies
              ? Math.max(1, 2 * (PeakMemory.allocated(compute) - ours))
              : Math.max(1, PeakMemory.settled() - ours);
    }
    return Held.of(adapted, lesson.own(adapted.model()))
        .fixed(process, optimizer, lesson.beside(compute) + beside);
  }

  @Override
  public void close() {
    others.values().forEach(Planner::close);
    try (M model = adapted.model()) {
      adapted.close();
    }
  }
}
