package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How AdaLoRA spends its ranks (Zhang et al. 2023, sections 3.2 and 3.3, algorithm 1): every weight
 * has a smoothed sensitivity and a smoothed uncertainty (eq. 8 to 11), a triplet's importance is
 * that of its diagonal entry and the means of its vectors' (eq. 7), and entries outside of the
 * budget (eq. 12) are set to zero. After the last cut the choice stays. As in PEFT the penalty is
 * the norm ||P^T P - I||, where the paper squares it, and its mean over all P and Q.
 */
final class AdaloraBudget implements Course {
  private final Adalora adalora;
  private final List<Tracked> triplets;
  private final Parameter steps; // (2): steps of the run as far as known; 1 where ranks are settled

  /**
   * What is known of one map's triplets.
   *
   * @param kept (r, 1), 1 where an entry is left
   * @param sensitivity smoothed |w dw| of Q, P, L (eq. 8, 9)
   * @param uncertainty smoothed |I - smoothed I| of Q, P, L (eq. 10)
   */
  private record Tracked(
      Adalora.Triplets map,
      Parameter kept,
      List<Parameter> sensitivity,
      List<Parameter> uncertainty) {
    Stream<Parameter> state() {
      return Stream.of(List.of(kept), sensitivity, uncertainty).flatMap(List::stream);
    }
  }

  private AdaloraBudget(Adalora adalora, List<Tracked> triplets, Parameter steps) {
    this.adalora = adalora;
    this.triplets = triplets;
    this.steps = steps;
  }

  static AdaloraBudget of(Adalora adalora, List<Adalora.Triplets> maps, Site site) {
    Compute compute = site.model().compute();
    List<Tracked> tracked = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (Adalora.Triplets map : maps) {
        Parameter kept = new Parameter(map.l().name() + ".kept", torch.ones_like(map.l().value()));
        tracked.add(new Tracked(map, kept, zeros(map, "sensitivity"), zeros(map, "uncertainty")));
      }
      Tensor known = torch.zeros(new long[] {2}, compute.options(ScalarType.Float));
      return new AdaloraBudget(adalora, tracked, new Parameter("adalora.steps", known));
    }
  }

  private static List<Parameter> zeros(Adalora.Triplets map, String what) {
    return map.parameters().stream()
        .map(p -> new Parameter(p.name() + "." + what, torch.zeros_like(p.value())))
        .toList();
  }

  @Override
  public List<Parameter> state() {
    return Stream.concat(Stream.of(steps), triplets.stream().flatMap(Tracked::state)).toList();
  }

  @Override
  public Tensor penalty() {
    Tensor sum = null;
    for (Tracked t : triplets) {
      Tensor q = t.map().q().value();
      Tensor p = t.map().p().value();
      Tensor both = skewed(q.mm(q.t())).add(skewed(p.t().mm(p))); // eq. 4
      sum = sum == null ? both : sum.add(both);
    }
    Tensor mean = java.util.Objects.requireNonNull(sum).div(Ops.scalar(2.0 * triplets.size()));
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
        triplets.forEach(this::measure);
      }
      boolean cuts = done > adalora.schedule().warmupSteps(total) && done <= end;
      if (cuts && (done % adalora.schedule().every() == 0 || done == end)) {
        cut(adalora.schedule().budget(done, total, all(), last()));
      }
      if (done >= end) {
        triplets.forEach(t -> t.map().l().value().mul_(t.kept().value()));
        steps.value().select(0, 1).fill_(Ops.scalar(1));
      }
    }
  }

  /** Eq. 8 to 10. */
  private void measure(Tracked t) {
    for (int i = 0; i < t.map().parameters().size(); i++) {
      Tensor w = t.map().parameters().get(i).value();
      if (!w.grad().defined()) {
        continue;
      }
      Tensor now = w.mul(w.grad()).abs(); // eq. 8
      Tensor smooth = t.sensitivity().get(i).value();
      smooth.lerp_(now, Ops.scalar(1 - adalora.schedule().importance())); // eq. 9
      Tensor off = now.sub(smooth).abs();
      t.uncertainty()
          .get(i)
          .value()
          .lerp_(off, Ops.scalar(1 - adalora.schedule().uncertainty())); // eq. 10
    }
  }

  /** Eq. 5 and 6: what does not belong to the most important entries becomes zero. */
  private void cut(long budget) {
    long off = all() - budget;
    if (off <= 0) {
      return;
    }
    List<Tensor> scores = triplets.stream().map(AdaloraBudget::importance).toList();
    Tensor every = torch.cat(new TensorVector(scores.toArray(new Tensor[0])), 0);
    Tensor least = every.kthvalue(off).get0();
    for (int i = 0; i < scores.size(); i++) {
      Tensor kept = scores.get(i).gt(least).unsqueeze(1).to(ScalarType.Float); // (r, 1)
      triplets.get(i).kept().value().copy_(kept);
      triplets.get(i).map().l().value().mul_(kept);
    }
  }

  /** S (r) of one map's triplets, eq. 7 and 11. */
  private static Tensor importance(Tracked t) {
    Tensor q = t.sensitivity().get(0).value().mul(t.uncertainty().get(0).value()).mean(1); // (r)
    Tensor p = t.sensitivity().get(1).value().mul(t.uncertainty().get(1).value()).mean(0);
    Tensor l = t.sensitivity().get(2).value().mul(t.uncertainty().get(2).value()).view(-1);
    return l.add(q).add(p);
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
    return triplets.stream()
        .flatMap(
            t ->
                Stream.of(
                    cut(t, t.map().q(), (v, rows) -> v.index_select(0, rows)),
                    cut(t, t.map().p(), (v, rows) -> v.index_select(1, rows)),
                    cut(t, t.map().l(), (v, rows) -> v.index_select(0, rows))))
        .toList();
  }

  private Entry cut(Tracked t, Parameter p, BiFunction<Tensor, Tensor, Tensor> choose) {
    return new Entry(
        p.name(),
        () -> settled() ? choose.apply(p.value(), rows(t)) : p.value(),
        saved -> p.value().copy_(saved));
  }

  private static Tensor rows(Tracked t) {
    return t.kept().value().view(-1).nonzero().view(-1);
  }

  /** The method with what the run has made of it. */
  Adalora written() {
    long total = (long) Ops.toFloats(steps.value())[0];
    Map<String, List<Boolean>> pattern = new LinkedHashMap<>(adalora.rankPattern());
    if (settled()) {
      for (Tracked t : triplets) {
        List<Boolean> kept = new ArrayList<>();
        for (float k : Ops.toFloats(t.kept().value())) {
          kept.add(k > 0);
        }
        pattern.put(Adalora.inPattern(t.map().path()), kept);
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
