package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Joint;
import dev.luthier.model.Seat;
import dev.luthier.model.Stack;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** An adapter in all of a model's places, with new weights under AdapterHub's names. */
final class Insets {
  private final Site site;
  private final Inset inset;
  private final HubNames names;
  private final Map<String, Parameter> weights = new LinkedHashMap<>();
  private final Map<Seat<Joint>, At> places = new LinkedHashMap<>();
  private final Drop drop;
  private final Optional<NiceCoupling> coupling;

  /**
   * What sits at a place.
   *
   * @param module AdapterHub's name of the place
   */
  record At(String module, BottleneckMap map) {}

  private Insets(Site site, Inset inset) {
    this.site = site;
    this.inset = inset;
    this.names = HubNames.of(site.model());
    this.drop = inset.leaveOut().drop(site.model().dropout(), site.seed());
    inset.maps().check(hidden(), width());
    torch.manual_seed(Seed.of(site.seed(), 1));
    this.coupling = inset.invertible().make(this, inset.activation());
    int before = 0;
    for (Stack stack : site.model().frame().stacks()) {
      for (int i = 0; i < stack.layers().size(); i++) {
        if (!inset.leaveOut().lacks(i, before + i)) {
          fill(stack.layers().get(i), i);
        }
      }
      before += stack.layers().size();
    }
    if (places.isEmpty()) {
      throw new UserError(
          "the adapter has no place: %s in %d layers, of which %s are left out"
              .formatted(
                  inset.placement().after(), before, LeaveOut.lacking(inset.leaveOut(), layers())));
    }
  }

  /** Makes the weights; the caller owns them. */
  static Insets on(Site site, Inset inset) {
    try (Scope scope = new Scope()) {
      return new Insets(site, inset);
    }
  }

  private List<Integer> layers() {
    return site.model().frame().stacks().stream().map(s -> s.layers().size()).toList();
  }

  private void fill(Stack.Layer layer, int index) {
    for (Sublayer sublayer : inset.placement().after()) {
      Seat<Joint> seat = sublayer.seat(layer);
      if (seat != null) {
        String module = names.place(layer, sublayer);
        BottleneckMap map = map(module + ".adapters." + inset.name() + ".", index);
        places.put(seat, new At(module, map));
      }
    }
  }

  private BottleneckMap map(String at, int layer) {
    torch.manual_seed(Seed.of(site.seed(), 2, weights.size()));
    long trained = inset.scaling().trained(hidden());
    return new BottleneckMap(
        inset,
        inset.maps().down(this, at + "adapter_down.0", hidden(), width()),
        inset.maps().up(this, at + "adapter_up", hidden(), width()),
        trained == 0
            ? List.of()
            : List.of(weight(at + "scaling", Fresh.full(compute(), 1, trained))),
        layer,
        drop,
        site.model().dropout());
  }

  /** A new weight of the adapter. */
  Parameter weight(String name, Tensor value) {
    return weights.computeIfAbsent(name, n -> new Parameter(n, value));
  }

  /** The weight of this name that belongs to the adapter in all places. */
  Parameter shared(String name, Supplier<Tensor> fresh) {
    String full = "%sshared_parameters.%s.%s".formatted(names.base(), inset.name(), name);
    return weights.computeIfAbsent(full, n -> new Parameter(n, fresh.get()));
  }

  /** What the names of the weights at the embedding begin with. */
  String invertible() {
    return "%sinvertible_adapters.%s.".formatted(names.entry(), inset.name());
  }

  Compute compute() {
    return site.model().compute();
  }

  long hidden() {
    return site.model().config().hiddenSize();
  }

  private long width() {
    return inset.width().of(hidden());
  }

  Inset inset() {
    return inset;
  }

  /** Its places, and what sits there. */
  Map<Seat<Joint>, At> places() {
    return places;
  }

  List<Parameter> weights() {
    return List.copyOf(weights.values());
  }

  List<Change<?>> entry() {
    return coupling.map(c -> Invertible.changes(site.model(), c)).orElse(List.of());
  }

  void close() {
    weights().forEach(Parameter::close);
    drop.own().forEach(Parameter::close);
  }

  /** It alone on the model. */
  Attachment alone() {
    return stacked(List.of(), this);
  }

  /** It on top of others, which are frozen; of couplings the first's alone is used. */
  static Attachment stacked(List<Insets> below, Insets top) {
    List<Insets> all = Stream.concat(below.stream(), Stream.of(top)).toList();
    Map<Seat<Joint>, List<BottleneckMap>> at = new LinkedHashMap<>();
    all.forEach(
        one ->
            one.places.forEach(
                (seat, p) -> at.computeIfAbsent(seat, s -> new ArrayList<>()).add(p.map())));
    List<Change<?>> changes = new ArrayList<>(all.get(0).entry());
    at.forEach((seat, maps) -> changes.add(new Change<>(seat, new BottleneckMap.Stacked(maps))));
    List<Parameter> frozen = new ArrayList<>();
    below.forEach(one -> frozen.addAll(one.weights()));
    List<Entry> saved = all.stream().flatMap(one -> one.weights().stream()).map(Entry::of).toList();
    all.forEach(one -> frozen.addAll(one.drop.own()));
    return Attachment.of(changes, top.weights(), frozen).saving(saved).on(top.drop);
  }
}
