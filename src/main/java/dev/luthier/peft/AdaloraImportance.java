package dev.luthier.peft;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What AdaLoRA knows of one map's triplets (Zhang et al. 2023, section 3.2): every weight has a
 * smoothed sensitivity and a smoothed uncertainty of it, and a triplet's importance is that of its
 * diagonal entry and the means of its vectors'.
 *
 * @param kept (r, 1), 1 where an entry of the diagonal is left
 * @param sensitivity smoothed |w dw| of Q, P, L
 * @param uncertainty smoothed distance from it of Q, P, L
 */
record AdaloraImportance(
    Adalora.Triplets map,
    Parameter kept,
    List<Parameter> sensitivity,
    List<Parameter> uncertainty) {
  static AdaloraImportance of(Adalora.Triplets map) {
    Parameter kept = new Parameter(map.l().name() + ".kept", torch.ones_like(map.l().value()));
    return new AdaloraImportance(map, kept, zeros(map, "sensitivity"), zeros(map, "uncertainty"));
  }

  private static List<Parameter> zeros(Adalora.Triplets map, String what) {
    return map.parameters().stream()
        .map(p -> new Parameter(p.name() + "." + what, torch.zeros_like(p.value())))
        .toList();
  }

  Stream<Parameter> state() {
    return Stream.of(List.of(kept), sensitivity, uncertainty).flatMap(List::stream);
  }

  /** Takes in the gradients of a step. */
  void measure(AdaloraSchedule schedule) {
    for (int i = 0; i < map.parameters().size(); i++) {
      Tensor w = map.parameters().get(i).value();
      if (!w.grad().defined()) {
        continue;
      }
      Tensor now = w.mul(w.grad()).abs(); // eq. 8
      Tensor smooth = sensitivity.get(i).value();
      smooth.lerp_(now, Ops.scalar(1 - schedule.importance())); // eq. 9
      Tensor off = now.sub(smooth).abs();
      uncertainty.get(i).value().lerp_(off, Ops.scalar(1 - schedule.uncertainty())); // eq. 10
    }
  }

  /** S (r), eq. 7. */
  Tensor scores() {
    Tensor q = weighed(0).mean(1); // (r)
    Tensor p = weighed(1).mean(0);
    return weighed(2).view(-1).add(q).add(p);
  }

  /** Eq. 11. */
  private Tensor weighed(int i) {
    return sensitivity.get(i).value().mul(uncertainty.get(i).value());
  }

  /**
   * Eq. 6: sets the other entries to zero.
   *
   * @param which (r) bool
   */
  void keep(Tensor which) {
    kept.value().copy_(which.unsqueeze(1).to(ScalarType.Float));
    hold();
  }

  /** Sets to zero again what was to be zero. */
  void hold() {
    map.l().value().mul_(kept.value());
  }

  /** What of the diagonal is left. */
  List<Boolean> left() {
    List<Boolean> out = new ArrayList<>();
    for (float k : Ops.toFloats(kept.value())) {
      out.add(k > 0);
    }
    return out;
  }

  /** What the file holds: what is left alone, once that is settled. */
  Stream<Entry> entries(BooleanSupplier settled) {
    return Stream.of(
        entry(map.q(), settled, (v, rows) -> v.index_select(0, rows)),
        entry(map.p(), settled, (v, rows) -> v.index_select(1, rows)),
        entry(map.l(), settled, (v, rows) -> v.index_select(0, rows)));
  }

  private Entry entry(
      Parameter p, BooleanSupplier settled, BiFunction<Tensor, Tensor, Tensor> choose) {
    return new Entry(
        p.name(),
        () -> settled.getAsBoolean() ? choose.apply(p.value(), rows()) : p.value(),
        saved -> p.value().copy_(saved));
  }

  private Tensor rows() {
    return kept.value().view(-1).nonzero().view(-1);
  }
}
