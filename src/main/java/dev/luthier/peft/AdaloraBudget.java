package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How AdaLoRA spends its ranks (Zhang et al. 2023, sections 3.2 and 3.3, algorithm 1): entries of
 * the diagonals that are too little important ({@link AdaloraImportance}) for the budget (appendix
 * A) are set to zero; until the last cut they may grow again, then the choice stays. As in PEFT the
 * penalty is the norm ||P^T P - I||, where the paper squares it, and its mean over all P and Q.
 */
final class AdaloraBudget implements Course {
  private final Adalora adalora;
  private final List<AdaloraImportance> triplets;
  private final Parameter steps; // (2): steps of the run as far as known; 1 where ranks are settled

  private AdaloraBudget(Adalora adalora, List<AdaloraImportance> triplets, Parameter steps) {
    this.adalora = adalora;
    this.triplets = triplets;
    this.steps = steps;
  }

  static AdaloraBudget of(Adalora adalora, List<Adalora.Triplets> maps, Site site) {
    Compute compute = site.model().compute();
    try (Scope scope = new Scope()) {
      List<AdaloraImportance> all = maps.stream().map(AdaloraImportance::of).toList();
      Tensor known = torch.zeros(new long[] {2}, compute.options(ScalarType.Float));
      return new AdaloraBudget(adalora, all, new Parameter("adalora.steps", known));
    }
  }

  @Override
  public List<Parameter> state() {
    return Stream.concat(Stream.of(steps), triplets.stream().flatMap(AdaloraImportance::state))
        .toList();
  }

  @Override
  public Tensor penalty() {
    Tensor sum = null;
    for (AdaloraImportance t : triplets) {
      Tensor q = t.map().q().value();
      Tensor p = t.map().p().value();
      Tensor both = skewed(q.mm(q.t())).add(skewed(p.t().mm(p))); // eq. 4
      sum = sum == null ? both : sum.add(both);
    }
    Tensor mean = Objects.requireNonNull(sum).div(Ops.scalar(2.0 * triplets.size()));
    return mean.mul(Ops.scalar(adalora.orthogonality()));
  }

  /** How far a square matrix is from the identity. */
  private static Tensor skewed(Tensor square) {
    return square.sub(torch.eye(square.size(0), square.options())).norm();
  }

  @Override
  public void afterStep(long step, long runTotal) {
    long total = adalora.schedule().steps().orElse((int) runTotal);
    long done = step + 1;
    long end = total - adalora.schedule().settleSteps(total);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      steps.value().select(0, 0).fill_(Ops.scalar(total));
      if (!adalora.rankPattern().isEmpty()) {
        return; // another run has chosen
      }
      if (done < end) {
        triplets.forEach(t -> t.measure(adalora.schedule()));
      }
      boolean cuts = done > adalora.schedule().warmupSteps(total) && done <= end;
      if (cuts && (done % adalora.schedule().every() == 0 || done == end)) {
        cut(adalora.schedule().budget(done, total, all(), last()));
      }
      if (done >= end) {
        triplets.forEach(AdaloraImportance::hold);
        steps.value().select(0, 1).fill_(Ops.scalar(1));
      }
    }
  }

  /** Eq. 6: what does not belong to the most important entries becomes zero. */
  private void cut(long budget) {
    long off = all() - budget;
    if (off <= 0) {
      return;
    }
    List<Tensor> scores = triplets.stream().map(AdaloraImportance::scores).toList();
    Tensor every = torch.cat(new TensorVector(scores.toArray(new Tensor[0])), 0);
    Tensor least = every.kthvalue(off).get0();
    for (int i = 0; i < scores.size(); i++) {
      triplets.get(i).keep(scores.get(i).gt(least));
    }
  }

  private long all() {
    return triplets.stream().mapToLong(t -> t.map().l().count()).sum();
  }

  private long last() {
    return (long) adalora.rank() * triplets.size();
  }

  private boolean settled() {
    return Ops.toFloats(steps.value())[1] > 0;
  }

  /** With settled ranks the file holds what is left alone, as PEFT's. */
  List<Entry> entries() {
    return triplets.stream().flatMap(t -> t.entries(this::settled)).toList();
  }

  /** The method with what the run has made of it. */
  Adalora written() {
    long total = (long) Ops.toFloats(steps.value())[0];
    Map<String, List<Boolean>> pattern = new LinkedHashMap<>(adalora.rankPattern());
    if (settled()) {
      for (AdaloraImportance t : triplets) {
        pattern.put(Adalora.inPattern(t.map().path()), t.left());
      }
    }
    return new Adalora(
        adalora.rank(),
        adalora.startRank(),
        adalora.alpha(),
        adalora.dropout(),
        adalora.targets(),
        adalora.layers(),
        adalora.orthogonality(),
        total == 0 ? adalora.schedule() : adalora.schedule().during(total),
        pattern,
        adalora.save());
  }
}
