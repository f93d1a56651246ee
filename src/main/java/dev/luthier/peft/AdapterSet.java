package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Place;
import dev.luthier.model.Seq2Seq;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several saved adapters on one model, by name, of which none, one, some or for each row of a batch
 * another is in force. Changing that exchanges references and touches no weight.
 */
public final class AdapterSet<M extends Model> implements AutoCloseable {
  private final M model;
  private final Map<String, Adapted<M>> adapters = new LinkedHashMap<>();

  /**
   * @param model which then belongs to the set until {@link #close}; it must have no adapter on it
   */
  public AdapterSet(M model) {
    this.model = model;
  }

  public M model() {
    return model;
  }

  /** In the order in which they came. */
  public List<String> names() {
    return List.copyOf(adapters.keySet());
  }

  /**
   * Reads an adapter without putting it in force.
   *
   * @return what was noted while reading it
   * @throws UserError as {@link AdapterFiles#load}, and if the name is taken
   */
  public List<String> add(String name, Path dir) {
    if (adapters.containsKey(name)) {
      throw new UserError("there is an adapter " + name + " already; choose another name");
    }
    off();
    AdapterFiles.Loaded<M> loaded = AdapterFiles.load(model, dir);
    loaded.adapted().disable();
    adapters.put(name, loaded.adapted());
    return loaded.notes();
  }

  /** Takes an adapter off and frees it. */
  public void remove(String name) {
    off();
    named(name).close();
    adapters.remove(name);
  }

  /** None in force: the model as it was loaded, to the bit. */
  public void off() {
    adapters.values().forEach(Adapted::disable);
  }

  /** One in force. */
  public void use(String name) {
    Adapted<M> adapted = named(name);
    off();
    adapted.enable();
  }

  /**
   * Several in force at once: to the base's result at every place is added what each of them
   * changes there, times its weight. For LoRA this is PEFT's several active adapters.
   *
   * @param weights by the adapters' names
   * @throws UserError if they have virtual tokens, of which there can be only one's
   */
  public void use(Map<String, Double> weights) {
    Map<Place<?>, List<Blend.Part>> parts = new LinkedHashMap<>();
    weights.forEach(
        (name, weight) -> {
          for (Change<?> change : named(name).changes()) {
            parts
                .computeIfAbsent(change.place(), p -> new ArrayList<>())
                .add(new Blend.Part(name, change.with(), weight));
          }
        });
    Map<Place<?>, Object> blends = new LinkedHashMap<>();
    parts.forEach((place, of) -> blends.put(place, Blend.at(place, of)));
    off();
    blends.forEach(AdapterSet::put);
  }

  /**
   * For each sequence of a batch its own adapter, until {@link #off}; only that batch, or one of
   * the same lengths, may be computed meanwhile, and in the caller's scope.
   *
   * @param names an adapter for each sequence; an empty name is the base
   * @throws UserError if an adapter has virtual tokens or tells tasks apart
   */
  public void use(List<String> names, Sequences batch) {
    if (model instanceof Seq2Seq) {
      throw new IllegalArgumentException("a model of two stacks has a batch for each of them");
    }
    route(names, new int[0], batch.lengths());
  }

  /**
   * The same for an encoder with a decoder.
   *
   * @throws UserError if an adapter has virtual tokens or tells tasks apart, or changes the table
   *     that both stacks share
   */
  public void use(List<String> names, Sequences sources, Sequences targets) {
    route(names, sources.lengths(), targets.lengths());
  }

  /**
   * @param source lengths of what an encoder reads; none where it reads nothing
   * @param target lengths of the other sequences
   */
  void route(List<String> names, int[] source, int[] target) {
    if (names.size() != target.length) {
      throw new IllegalArgumentException(
          "%d adapters for %d sequences".formatted(names.size(), target.length));
    }
    Routing routing = Routing.of(model, names, source, target);
    Map<Place<?>, Map<String, Object>> parts = new LinkedHashMap<>();
    for (String name : names.stream().distinct().filter(n -> !n.isEmpty()).toList()) {
      Adapted<M> adapted = named(name);
      if (adapted.peft().tasks() > 0) {
        throw new UserError(
            "adapter %s tells tasks apart, which single rows of a batch cannot have; use it alone"
                .formatted(name));
      }
      for (Change<?> change : adapted.changes()) {
        parts.computeIfAbsent(change.place(), p -> new LinkedHashMap<>()).put(name, change.with());
      }
    }
    Map<Place<?>, Object> routed = new LinkedHashMap<>();
    parts.forEach((place, by) -> routed.put(place, routing.at(place, by)));
    off();
    routed.forEach(AdapterSet::put);
  }

  /**
   * The model as one that writes: each sequence with the adapter that its {@link
   * dev.luthier.model.Request} names.
   *
   * @throws UserError if the model writes nothing
   */
  public Generative writing() {
    return new Routed<>(this, Generative.of((Model) model));
  }

  @SuppressWarnings("unchecked") // what is put in a place was made for it
  private static <T> void put(Place<?> place, T with) {
    ((Place<T>) place).replace(with);
  }

  private Adapted<M> named(String name) {
    Adapted<M> found = adapters.get(name);
    if (found == null) {
      throw new UserError(
          "there is no adapter %s; there are %s".formatted(name, adapters.keySet()));
    }
    return found;
  }

  /** Frees the adapters; the model stays. */
  @Override
  public void close() {
    off();
    adapters.values().forEach(Adapted::close);
    adapters.clear();
  }
}
