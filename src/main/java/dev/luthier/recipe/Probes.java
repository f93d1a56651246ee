package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.plan.Extent;
import dev.luthier.plan.Probed;
import dev.luthier.plan.StepMemory;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What micro-batches make: two small ones of a run's own rows go through a hollow model, and what
 * they made says what larger ones make.
 *
 * @param found for each way to probe, once it was asked for
 */
record Probes<R extends TrainingRow, B, M extends Model>(
    Recipe recipe,
    Lesson<R, B, M> lesson,
    Corpus<R> corpus,
    Adapted<M> adapted,
    Map<Way, Optional<Probed>> found) {

  /**
   * How small micro-batches are computed.
   *
   * @param even with sequences of one length
   * @param cut with chunks smaller than it, as the head of a large one is cut
   */
  private record Way(boolean even, boolean cut) {}

  Probes(Recipe recipe, Lesson<R, B, M> lesson, Corpus<R> corpus, Adapted<M> adapted) {
    this(recipe, lesson, corpus, adapted, new HashMap<>());
  }

  Extents<R> extents() {
    return new Extents<>(lesson, recipe.peft().virtualTokens());
  }

  /**
   * What a micro-batch makes. Small ones have no more targets than a chunk; where this one has, the
   * layers are those of a model whose head is cut, beside which the scores of one chunk are made.
   */
  StepMemory of(Extent extent) {
    long chunk =
        recipe
            .memory()
            .chunk()
            .tokens(adapted.model().config().vocabSize(), adapted.model().compute());
    Probed whole = probed(extent.even(), false);
    return extent.targets() <= chunk || !whole.exceeds(1) || whole.exceeds(chunk)
        ? whole.at(extent)
        : probed(extent.even(), true).at(extent).beside(whole.at(extent.cut(chunk)).logits());
  }

  private Probed probed(boolean even, boolean cut) {
    return found
        .computeIfAbsent(new Way(even, cut), this::probe)
        .or(() -> found.computeIfAbsent(new Way(!even, cut), this::probe))
        .orElseThrow(() -> new IllegalStateException("no row is long enough to plan with"));
  }

  private Optional<Probed> probe(Way way) {
    List<Tensor> known = new ArrayList<>();
    adapted.model().parameters().forEach(p -> known.add(p.value()));
    lesson.own(adapted.model()).with(adapted).forEach(p -> known.add(p.value()));
    adapted.training(true);
    torch.manual_seed(Seed.of(recipe.seed(), 0));
    try {
      return extents()
          .probes(corpus.report().trainRows(), way.even())
          .map(pair -> probed(pair, way.cut(), known));
    } finally {
      adapted.training(false);
    }
  }

  private Probed probed(Extents.Pair<R> pair, boolean cut, List<Tensor> known) {
    Extent one = extents().of(pair.one());
    Extent two = extents().of(pair.two());
    Chunk chunk =
        cut
            ? new Chunk.Tokens(Math.toIntExact(Math.min(one.targets(), two.targets()) - 1))
            : recipe.memory().chunk();
    return Probed.of(one, () -> loss(pair.one(), chunk), two, () -> loss(pair.two(), chunk), known);
  }

  private Tensor loss(List<R> rows, Chunk chunk) {
    M model = adapted.model();
    corpus.tasks().tell(model, rows);
    Draw draw = new Draw(0, rows.stream().mapToLong(r -> 1).toArray());
    B batch = lesson.batch(rows, draw, model.compute());
    return lesson.objective(model, chunk).of(batch, 1).total();
  }
}
