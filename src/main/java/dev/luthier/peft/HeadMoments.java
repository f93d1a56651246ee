package dev.luthier.peft;

import dev.luthier.model.HeadPlaces;
import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.Model;
import dev.luthier.model.Projection;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How alike the heads are that will become one: sums over tokens of x_a x_b^T of all pairs of their
 * keys, and of their values, as the maps make them. Letters: N tokens, M heads of a group, D width
 * of a head.
 */
public final class HeadMoments implements AutoCloseable {
  /** Heads that will be one. */
  record Of(int layer, Kind kind, int group) {}

  private final HeadPlaces places;
  private final HeadGroups groups;
  private final Map<Of, Tensor> sums = new HashMap<>();
  private final List<Slot> watched = new ArrayList<>();

  public HeadMoments(HeadPlaces places, HeadGroups groups) {
    this.places = places;
    this.groups = groups;
  }

  /** From here on adds up what the model computes, until it is closed. */
  public void watch(Model model) {
    for (int i = 0; i < places.layers().size(); i++) {
      int layer = i;
      Map<String, List<Kind>> maps = places.layers().get(i).maps();
      for (Slot slot : model.slots()) {
        List<Kind> kinds = maps.get(slot.path());
        if (kinds != null) {
          Projection map = slot.current();
          slot.replace(x -> seen(map.apply(x), layer, kinds));
          watched.add(slot);
        }
      }
    }
  }

  private Tensor seen(Tensor y, int layer, List<Kind> kinds) { // (N, heads D)
    long at = 0;
    for (Kind kind : kinds) {
      long rows = (long) places.heads(kind) * places.width();
      if (kind != Kind.QUERY) {
        add(y.narrow(1, at, rows), layer, kind);
      }
      at += rows;
    }
    return y;
  }

  private void add(Tensor y, int layer, Kind kind) {
    for (int g = 0; g < groups.to(); g++) {
      List<HeadGroups.Source> sources = groups.sources(g);
      if (sources.size() > 1) {
        try (Scope scope = new Scope()) {
          Tensor heads = heads(y, sources).to(ScalarType.Float); // (N, M D)
          Tensor sum = heads.t().mm(heads).to(ScalarType.Double).cpu(); // (M D, M D)
          Of of = new Of(layer, kind, g);
          Tensor before = sums.get(of);
          if (before == null) {
            sums.put(of, scope.keep(sum));
          } else {
            before.add_(sum);
          }
        }
      }
    }
  }

  private Tensor heads(Tensor y, List<HeadGroups.Source> sources) {
    long width = places.width();
    return Ops.cat(
        1, sources.stream().map(s -> y.narrow(1, s.head() * width, width)).toArray(Tensor[]::new));
  }

  /** What was added up so far, (M D, M D) float64 each. */
  Map<Of, Tensor> sums() {
    return sums;
  }

  HeadPlaces places() {
    return places;
  }

  HeadGroups groups() {
    return groups;
  }

  @Override
  public void close() {
    watched.forEach(Slot::restore);
    sums.values().forEach(Scope::free);
    sums.clear();
  }
}
