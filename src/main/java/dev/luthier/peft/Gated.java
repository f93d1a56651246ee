package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The changes of {@link DiffPruning} in training. Letters: n weights of a tensor.
 *
 * <p>All parts of a step see one draw of the gates, so that a step is the same however it is cut.
 * Near the run's end the changes are projected on the k largest; from there on the gates are gone
 * and what is kept goes on learning, as in the authors' scripts. While it trains it needs room for
 * changes, gates, draws and mask of all targets.
 */
final class Gated implements Course {
  /** Ends the name of a gate's number. */
  static final String ALPHA = ".alpha";

  /**
   * The change of one tensor: z z_g w m.
   *
   * @param values w (n), trained
   * @param alpha of z (n), trained
   * @param group alpha of z_g (1), trained
   * @param draw u of z and, last, of z_g (n + 1)
   * @param mask m (n), ones until the projection
   * @param fixed (1), one from the projection on
   */
  private record Diff(
      Parameter weight,
      Parameter values,
      Parameter alpha,
      Parameter group,
      Parameter draw,
      Parameter mask,
      Parameter fixed,
      Projected projected)
      implements Delta {
    @Override
    public Tensor sum() {
      if (projected.training()) {
        Tensor base = Delta.base(weight);
        return base.add(drawn().view_as(base));
      }
      Tensor at = projected.indices(weight); // (k)
      return Delta.scattered(weight, at, still().index_select(0, at));
    }

    private boolean isFixed() {
      return fixed.value().item_double() > 0;
    }

    private Tensor drawn() { // (n)
      if (isFixed()) {
        return values.value().mul(mask.value());
      }
      long n = values.count();
      Tensor z = HardConcrete.drawn(alpha.value(), draw.value().narrow(0, 0, n));
      Tensor zg = HardConcrete.drawn(group.value(), draw.value().narrow(0, n, 1));
      return values.value().mul(z).mul(zg);
    }

    Tensor still() { // (n)
      return isFixed()
          ? values.value().mul(mask.value())
          : values
              .value()
              .mul(HardConcrete.still(alpha.value()))
              .mul(HardConcrete.still(group.value()));
    }

    /** Of open gates: E |z z_g| = sum of P(z_g > 0) P(z > 0). */
    Tensor expected() {
      return HardConcrete.open(group.value()).mul(HardConcrete.open(alpha.value())).sum();
    }

    @Override
    public List<Parameter> trained() {
      return List.of(values, alpha, group);
    }

    @Override
    public List<Parameter> frozen() {
      return List.of(draw, mask, fixed, projected.owned(weight));
    }

    @Override
    public List<Entry> entries() {
      return projected.entries(weight, () -> still().detach());
    }
  }

  private final List<Diff> changes = new ArrayList<>();
  private final Selection selection;
  private final DiffPruning method;
  private final long seed;

  private Gated(Selection selection, DiffPruning method, long seed) {
    this.selection = selection;
    this.method = method;
    this.seed = seed;
  }

  static Attachment attach(Site site, Selection selection, DiffPruning method) {
    Gated gated = new Gated(selection, method, site.seed());
    Projected projected =
        new Projected(
            selection,
            () -> gated.changes.stream().map(c -> c.still().abs()).toList(),
            () -> gated.changes.stream().flatMap(c -> c.trained().stream()).toList());
    try (Scope scope = new Scope()) {
      selection.weights().forEach(w -> gated.changes.add(gated.fresh(w, projected)));
      gated.draw(0);
    }
    return Deltas.attach(site, gated.changes).on(gated);
  }

  private Diff fresh(Parameter weight, Projected projected) {
    long n = weight.count();
    return new Diff(
        weight,
        filled(weight, Delta.VALUES, n, 0),
        filled(weight, ALPHA, n, method.start()),
        filled(weight, ".group" + ALPHA, 1, method.start()),
        filled(weight, ".draw", n + 1, 0),
        filled(weight, ".mask", n, 1),
        filled(weight, ".fixed", 1, 0),
        projected);
  }

  private Parameter filled(Parameter weight, String end, long n, double value) {
    Compute compute = selection.model().compute();
    Tensor t = Fresh.full(compute, value, n);
    return new Parameter(weight.name() + end, t);
  }

  /** Draws the gates of a step. */
  private void draw(long step) {
    for (int i = 0; i < changes.size(); i++) {
      torch.manual_seed(Seed.of(seed, step, i));
      changes.get(i).draw.value().uniform_();
    }
  }

  @Override
  public @Nullable Tensor penalty() {
    if (method.penalty() == 0 || changes.get(0).isFixed()) {
      return null;
    }
    Tensor sum = changes.get(0).expected();
    for (Diff c : changes.subList(1, changes.size())) {
      sum = sum.add(c.expected());
    }
    return sum.mul(Ops.scalar(method.penalty()));
  }

  @Override
  public void afterStep(long step, long total) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      boolean fixed = changes.get(0).isFixed();
      if (!fixed && step + 1 >= Math.round((1 - method.settle()) * total)) {
        project();
      } else if (!fixed) {
        draw(step + 1);
      }
    }
  }

  private void project() {
    List<Tensor> still = changes.stream().map(Diff::still).toList();
    List<Tensor> at = selection.best(still.stream().map(Tensor::abs).toList());
    for (int i = 0; i < changes.size(); i++) {
      Diff c = changes.get(i);
      c.mask.value().zero_();
      c.mask.value().index_fill_(0, at.get(i), Ops.scalar(1));
      c.values.value().copy_(still.get(i).mul(c.mask.value()));
      c.fixed.value().fill_(Ops.scalar(1));
    }
  }

  @Override
  public List<Parameter> state() {
    return changes.stream().flatMap(c -> Stream.of(c.draw, c.mask, c.fixed)).toList();
  }
}
