package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Movement pruning (Sanh et al. 2020, https://arxiv.org/abs/2005.07683) of changes: W + M * D,
 * where the mask M keeps the share v of the changes D with the highest scores S, and v falls from
 * all to the share that was asked for. A change scores by moving away from zero. Departures: it is
 * the change that is pruned and not the weight; S sums plain gradients, without a rate of its own.
 * While it trains it needs room for D, S and M of all targets.
 */
final class Moving implements Course {
  private static final double WARM_UP = 0.1; // of the run: all changes learn
  private static final double COOL_DOWN = 0.3; // of the run: the mask's size stays

  /**
   * A change under the mask.
   *
   * @param values D, trained
   * @param score S
   * @param mask M, of zeros and ones
   */
  private record Masked(
      Parameter weight, Parameter values, Parameter score, Parameter mask, Projected projected)
      implements Delta {
    @Override
    public Tensor sum() {
      Tensor d = values.value();
      if (!projected.training()) {
        Tensor at = projected.indices(weight); // (k)
        return Delta.scattered(weight, at, d.reshape(-1).index_select(0, at));
      }
      // The gradient passes the mask (straight through), for S has to see all of it.
      Tensor kept = d.mul(mask.value()).sub(d).detach();
      return Delta.base(weight).add(d.add(kept));
    }

    @Override
    public List<Parameter> trained() {
      return List.of(values);
    }

    @Override
    public List<Parameter> frozen() {
      return List.of(score, mask, projected.owned(weight));
    }

    @Override
    public List<Entry> entries() {
      return projected.entries(weight, () -> values.value().detach());
    }
  }

  private final List<Masked> changes = new ArrayList<>();
  private final Selection selection;

  private Moving(Selection selection) {
    this.selection = selection;
  }

  static Attachment attach(Site site, Selection selection) {
    Moving moving = new Moving(selection);
    Compute compute = site.model().compute();
    Projected projected =
        new Projected(
            selection,
            () -> moving.changes.stream().map(c -> c.score.value()).toList(),
            () -> moving.changes.stream().map(Masked::score).toList());
    try (Scope scope = new Scope()) {
      for (Parameter weight : selection.weights()) {
        long[] shape = weight.shape();
        moving.changes.add(
            new Masked(
                weight,
                Deltas.everywhere(weight, compute).values(),
                new Parameter(weight.name() + ".score", Fresh.full(compute, 0, shape)),
                new Parameter(weight.name() + ".mask", Fresh.full(compute, 1, shape)),
                projected));
      }
    }
    return Deltas.attach(site, moving.changes).on(moving);
  }

  @Override
  public void beforeStep(long step, long total) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      for (Masked c : changes) {
        Tensor gradient = c.values.value().grad();
        c.score
            .value()
            .addcmul_(gradient, c.values.value(), Ops.scalar(-1)); // S = - sum of dL/dw w, eq. 3
        gradient.mul_(c.mask.value());
      }
    }
  }

  @Override
  public void afterStep(long step, long total) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      long all = changes.stream().mapToLong(c -> c.weight.count()).sum();
      double share = share((step + 1) / (double) total, selection.count() / (double) all);
      if (share >= 1) {
        return;
      }
      List<Tensor> at =
          selection.best(
              changes.stream().map(c -> c.score.value()).toList(),
              Math.max(selection.count(), Math.round(share * all)));
      for (int i = 0; i < at.size(); i++) {
        Tensor mask = changes.get(i).mask.value();
        mask.zero_();
        mask.view(-1).index_fill_(0, at.get(i), Ops.scalar(1));
      }
    }
  }

  /** v at a moment of the run, from 0 to 1: the paper's cubic schedule, eq. 5. */
  static double share(double moment, double last) {
    double left = 1 - (moment - WARM_UP) / (1 - WARM_UP - COOL_DOWN);
    double bounded = Math.min(1, Math.max(0, left));
    return last + (1 - last) * bounded * bounded * bounded;
  }

  @Override
  public List<Parameter> state() {
    return changes.stream().flatMap(c -> Stream.of(c.score, c.mask)).toList();
  }
}
