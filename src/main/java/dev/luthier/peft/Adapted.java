package dev.luthier.peft;

import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model with a method on it: which weights train, the model without the method, and with it
 * merged in. The loaded weights are never written to, except by {@link Full}, whose weights they
 * are.
 */
public final class Adapted<M extends Model> implements AutoCloseable {
  private final M model;
  private final Peft peft;
  private final Attachment attachment;
  private final Map<Slot, Stored> merged = new LinkedHashMap<>();

  private Adapted(M model, Peft peft, Attachment attachment) {
    this.model = model;
    this.peft = peft;
    this.attachment = attachment;
  }

  /**
   * Freezes the model and puts the method on it, in evaluation mode.
   *
   * @param seed for the start of new weights
   */
  public static <M extends Model> Adapted<M> attach(M model, Peft peft, long seed) {
    model.parameters().forEach(p -> p.trainable(false));
    Attachment attachment = peft.attach(model, seed);
    attachment.trainable().forEach(p -> p.trainable(true));
    Adapted<M> adapted = new Adapted<>(model, peft, attachment);
    adapted.enable();
    return adapted;
  }

  public M model() {
    return model;
  }

  public Peft peft() {
    return peft;
  }

  /** The weights that train, named as in the files that {@link AdapterFiles} writes. */
  public List<Parameter> trainable() {
    return attachment.trainable();
  }

  public long trainableCount() {
    return trainable().stream().mapToLong(Parameter::count).sum();
  }

  /** Switches dropout. */
  public void training(boolean on) {
    model.dropout().training(on);
  }

  /** What stands at a place while the method is on. */
  Map<Slot, Adaptation> places() {
    return attachment.places();
  }

  private void enable() {
    attachment.places().forEach(Slot::replace);
  }

  /** The method switched off until the result is closed: what was loaded, to the bit. */
  public Off disabled() {
    if (attachment.places().isEmpty()) {
      throw new IllegalStateException(
          "full fine-tuning changes the loaded weights themselves and cannot be switched off");
    }
    attachment.places().keySet().forEach(Slot::restore);
    return this::enable;
  }

  /** Switches the method on again when closed. */
  @FunctionalInterface
  public interface Off extends AutoCloseable {
    @Override
    void close();
  }

  /** Folds the method into copies of the weights, which then answer without its cost. */
  public void merge() {
    if (merged.isEmpty()) {
      try (Scope scope = new Scope()) {
        attachment.places().forEach((slot, map) -> merged.put(slot, map.merged()));
      }
      merged.forEach(Slot::replace);
    }
  }

  /** Undoes {@link #merge}, to the bit. */
  public void unmerge() {
    enable();
    merged.values().forEach(Adapted::free);
    merged.clear();
  }

  private static void free(Stored stored) {
    stored.weights().values().forEach(Parameter::close);
  }

  /** Takes the method off and frees its weights; the model stays. */
  @Override
  public void close() {
    unmerge();
    attachment.places().keySet().forEach(Slot::restore);
    if (!attachment.places().isEmpty()) {
      attachment.trainable().forEach(Parameter::close);
    }
  }
}
