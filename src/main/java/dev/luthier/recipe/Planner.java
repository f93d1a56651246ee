package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Scout;
import dev.luthier.plan.Extent;
import dev.luthier.plan.Fixed;
import dev.luthier.plan.OptimizerMemory;
import dev.luthier.plan.Plan;
import dev.luthier.plan.Probed;
import dev.luthier.plan.StepMemory;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Says what a run will hold in memory, without reading a weight: the model stands there hollow, two
 * small micro-batches of the run's own rows go through it, and what they made says what larger ones
 * make.
 *
 * @param process bytes of the process before there was a model
 */
record Planner<R extends TrainingRow, B, M extends Model>(
    Recipe recipe,
    Lesson<R, B, M> lesson,
    Corpus<R> corpus,
    Adapted<M> adapted,
    long process,
    Map<Boolean, Optional<Probed>> probes)
    implements AutoCloseable {

  /**
   * @param process bytes of this process before it had a model
   */
  static <R extends TrainingRow, B, M extends Model> Planner<R, B, M> of(
      Recipe recipe, Lesson<R, B, M> lesson, ModelFolder folder, Corpus<R> corpus, long process) {
    M model = lesson.load(recipe.model().compute().withoutWeights());
    try {
      Adapted<M> adapted =
          NewHeads.attach(
              model,
              recipe.peft().scout().map(Scout::likeness).orElse(recipe.peft()),
              folder.beginning(recipe.seed()));
      return new Planner<>(recipe, lesson, corpus, adapted, process, new HashMap<>());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** The plan of the recipe. */
  Plan plan() {
    return plan(recipe);
  }

  /** That of a recipe that differs in how rows are put together. */
  Plan plan(Recipe other) {
    M model = adapted.model();
    RowSteps<R, B> steps = RowSteps.of(lesson, corpus, other, model);
    Extents<R> extents = extents();
    Fixed fixed = fixed();
    List<Extent> measured =
        Extents.largest(
            EvaluationPart.of(corpus, other.optim()).stream().map(p -> extents.of(p.rows())));
    long evaluation = measured.stream().mapToLong(e -> memory(e).evaluation()).max().orElse(0);
    return extents.largest(steps).stream()
        .map(e -> new Plan(fixed, e, memory(e), evaluation, cache(other)))
        .max(Comparator.comparingLong(Plan::peak))
        .orElseThrow();
  }

  private Extents<R> extents() {
    return new Extents<>(lesson, recipe.peft().virtualTokens());
  }

  private StepMemory memory(Extent extent) {
    return probes
        .computeIfAbsent(extent.even(), this::probe)
        .or(() -> probes.computeIfAbsent(!extent.even(), this::probe))
        .orElseThrow(() -> new IllegalStateException("no row is long enough to plan with"))
        .at(extent);
  }

  private Optional<Probed> probe(boolean even) {
    List<Tensor> known = new ArrayList<>();
    adapted.model().parameters().forEach(p -> known.add(p.value()));
    adapted.trainable().forEach(p -> known.add(p.value()));
    adapted.training(true);
    torch.manual_seed(Seed.of(recipe.seed(), 0));
    try {
      return extents()
          .probes(corpus.report().trainRows(), even)
          .map(
              pair ->
                  Probed.of(
                      extents().of(pair.one()),
                      () -> loss(pair.one()),
                      extents().of(pair.two()),
                      () -> loss(pair.two()),
                      known));
    } finally {
      adapted.training(false);
    }
  }

  private Tensor loss(List<R> rows) {
    M model = adapted.model();
    corpus.tasks().tell(model, rows);
    Draw draw = new Draw(0, rows.stream().mapToLong(r -> 1).toArray());
    B batch = lesson.batch(rows, draw, model.compute());
    return lesson.objective(model).of(batch, 1).total();
  }

  private Fixed fixed() {
    M model = adapted.model();
    Set<Parameter> trainable = new HashSet<>(adapted.trainable());
    List<long[]> shapes = trainable.stream().map(p -> Ops.shape(p.value())).toList();
    long count = trainable.stream().mapToLong(Parameter::count).sum();
    boolean host = !model.compute().isCuda();
    long frozen = 0;
    for (Parameter p : model.parameters()) {
      boolean copied = !host || !mapped(p);
      frozen += !trainable.contains(p) && copied ? p.count() * p.value().element_size() : 0;
    }
    return new Fixed(
        host ? process : 0,
        frozen + (host ? files() : 0),
        4 * count,
        4 * count,
        OptimizerMemory.ADAMW.state(shapes),
        OptimizerMemory.ADAMW.step(shapes));
  }

  /** Whether a weight is used from its file as it is. */
  private boolean mapped(Parameter p) {
    Map<String, String> renamed = adapted.model().frame().renamed();
    Safetensors.Info info =
        adapted.model().frame().files().infos().get(renamed.getOrDefault(p.name(), p.name()));
    return info == null || info.dtype() == adapted.model().compute().dtype();
  }

  /** What is read of the weights' files, whose pages count as the process's own. */
  private long files() {
    long bytes = 0;
    for (Safetensors.Info info : adapted.model().frame().files().infos().values()) {
      long count = 1;
      for (long size : info.shape()) {
        count *= size;
      }
      bytes += count * size(info.dtype());
    }
    return bytes;
  }

  private static int size(ScalarType type) {
    return switch (type) {
      case Double, Long -> 8;
      case Half, BFloat16, Short -> 2;
      case Byte, Char, Bool -> 1;
      default -> 4;
    };
  }

  /** Keys and values of the answers that an evaluation writes at once. */
  private long cache(Recipe of) {
    int rows = Math.min(Math.min(of.eval().generate(), corpus.eval().list().size()), 64);
    boolean writes = lesson.measures().contains(Measure.EXACT_MATCH);
    if (rows == 0 || !writes) {
      return 0;
    }
    int longest =
        corpus.report().evalRows().stream().mapToInt(TrainingRow::length).max().orElse(0);
    return Generative.of(adapted.model()).bytes(rows, longest, of.eval().maxNewTokens());
  }

  @Override
  public void close() {
    try (M model = adapted.model()) {
      adapted.close();
    }
  }
}
