package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Linear;
import dev.luthier.model.Slot;
import dev.luthier.model.Unused;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Changes of weights at the places of a model. A weight that two places share has one change. */
final class Deltas {
  private Deltas() {}

  /** The weights of a place, its matrix before its bias; none where nothing is computed. */
  static Stream<Parameter> weights(Slot slot) {
    return slot.base() instanceof Unused
        ? Stream.of()
        : slot.base().weights().entrySet().stream()
            .sorted(Map.Entry.<String, Parameter>comparingByKey().reversed())
            .map(Map.Entry::getValue);
  }

  /**
   * The weights of the modules that match, each once.
   *
   * @param key where the targets were given, for the error
   * @throws UserError if there are none
   */
  static List<Parameter> targeted(Site site, Targets targets, String key) {
    List<Parameter> out =
        site.open().stream()
            .filter(slot -> targets.matches(site.model(), slot))
            .flatMap(Deltas::weights)
            .distinct()
            .toList();
    if (out.isEmpty()) {
      throw new UserError(
          "%s %s match no module; modules are %s"
              .formatted(
                  key,
                  targets.written(),
                  site.open().stream()
                      .filter(s -> s.base() instanceof Linear)
                      .map(Slot::name)
                      .distinct()
                      .toList()));
    }
    return out;
  }

  /** A change of a whole weight, zero at first. */
  static Delta.Everywhere everywhere(Parameter weight, Compute compute) {
    try (Scope scope = new Scope()) {
      long[] shape = weight.shape();
      Tensor zeros = Fresh.full(compute, 0, shape);
      return new Delta.Everywhere(weight, new Parameter(weight.name() + Delta.VALUES, zeros));
    }
  }

  /**
   * A change at some places, zero at first.
   *
   * @param indices (k) whole numbers
   */
  static Delta.Somewhere somewhere(Parameter weight, Tensor indices, Compute compute) {
    try (Scope scope = new Scope()) {
      Tensor own = indices.to(compute.torchDevice(), ScalarType.Long).clone();
      Tensor zeros = Fresh.full(compute, 0, own.numel());
      return new Delta.Somewhere(
          weight,
          new Parameter(weight.name() + Delta.INDICES, own),
          new Parameter(weight.name() + Delta.VALUES, zeros));
    }
  }

  /** Puts changes on every place that holds their weights. */
  static Attachment attach(Site site, List<? extends Delta> deltas) {
    Map<Parameter, Delta> byWeight = new IdentityHashMap<>();
    Map<Parameter, Parameter> sums = new IdentityHashMap<>();
    for (Delta delta : deltas) {
      byWeight.put(delta.weight(), delta);
      sums.put(delta.weight(), Parameter.derived(delta.weight().name(), delta::sum));
    }
    List<Change<?>> changes = new ArrayList<>();
    for (Slot slot : site.open()) {
      List<Delta> own = weights(slot).filter(byWeight::containsKey).map(byWeight::get).toList();
      if (!own.isEmpty()) {
        changes.add(
            new Change<>(
                slot, new Shifted(slot.base().rewritten(p -> sums.getOrDefault(p, p)), own)));
      }
    }
    return Attachment.of(
            changes,
            deltas.stream().flatMap(d -> d.trained().stream()).toList(),
            deltas.stream().flatMap(d -> d.frozen().stream()).toList())
        .saving(deltas.stream().flatMap(d -> d.entries().stream()).toList());
  }

  /** The changes on a model, each once, in the order of its places. */
  static List<Delta> of(Adapted<?> adapted) {
    return adapted.places().values().stream()
        .flatMap(map -> map instanceof Shifted shifted ? shifted.deltas().stream() : Stream.of())
        .distinct()
        .toList();
  }

  /**
   * Changes at the places that a file names.
   *
   * @throws UserError if its indices are not those of this model's weights
   */
  static Attachment saved(Site site, Safetensors file) {
    List<Delta> out = new ArrayList<>();
    for (Parameter p : site.open().stream().flatMap(Deltas::weights).distinct().toList()) {
      Safetensors.Info info = file.infos().get(p.name() + Delta.INDICES);
      if (info != null) {
        out.add(saved(p, info, file, site.model().compute()));
      }
    }
    if (out.isEmpty()) {
      throw new UserError("none of its tensors names places in this model's weights");
    }
    return attach(site, out);
  }

  private static Delta saved(
      Parameter weight, Safetensors.Info info, Safetensors file, Compute compute) {
    String name = info.name();
    boolean whole = info.dtype() == ScalarType.Int || info.dtype() == ScalarType.Long;
    try (Scope scope = new Scope()) {
      long[] at = whole && info.shape().length == 1 ? Ops.toLongs(file.tensor(name)) : null;
      if (at == null || !ascending(at, weight.count())) {
        throw new UserError(
            "%s must be ascending whole numbers from 0 to %d in one dimension, was %s %s"
                .formatted(name, weight.count() - 1, info.dtype(), Arrays.toString(info.shape())));
      }
      return somewhere(weight, file.tensor(name), compute);
    }
  }

  private static boolean ascending(long[] at, long end) {
    for (int i = 0; i < at.length; i++) {
      if (at[i] < 0 || at[i] >= end || (i > 0 && at[i] <= at[i - 1])) {
        return false;
      }
    }
    return true;
  }
}
