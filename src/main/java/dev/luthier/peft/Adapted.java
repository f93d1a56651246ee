package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A model with a method on it: which weights train, the model without the method, and with it
 * merged in. The loaded weights are never written to, except by {@link Full}, whose weights they
 * are.
 */
public final class Adapted<M extends Model> implements AutoCloseable {
  private final M model;
  private final Peft peft;
  private final List<String> save;
  private final Attachment attachment;
  private final MergedWeights merged = new MergedWeights();

  private Adapted(M model, Peft peft, List<String> save, Attachment attachment) {
    this.model = model;
    this.peft = peft;
    this.save = save;
    this.attachment = attachment;
  }

  /**
   * Freezes the model and puts the method on it, in evaluation mode.
   *
   * @param seed for the start of new weights
   */
  public static <M extends Model> Adapted<M> attach(M model, Peft peft, long seed) {
    return attach(model, peft, List.of(), Beginning.of(seed));
  }

  /**
   * The same with more modules trained and saved whole beside the method.
   *
   * @param more their paths
   */
  public static <M extends Model> Adapted<M> attach(
      M model, Peft peft, List<String> more, Beginning start) {
    model.parameters().forEach(p -> p.trainable(false));
    List<String> save = Stream.concat(peft.save().stream(), more.stream()).toList();
    boolean full = peft instanceof Full;
    List<Slot> whole = full ? List.of() : Wholes.places(model, save);
    List<Slot> open = model.slots().stream().filter(s -> !whole.contains(s)).toList();
    Attachment own = peft.attach(new Site(model, open, peft.prefix(), start));
    Attachment attachment = own.and(Wholes.attach(whole, peft.prefix()));
    attachment.trainable().forEach(p -> p.trainable(true));
    Adapted<M> adapted = new Adapted<>(model, peft, save, attachment);
    adapted.enable();
    return adapted;
  }

  public M model() {
    return model;
  }

  public Peft peft() {
    return peft;
  }

  /** Names of the modules that train and are saved whole, beside the task's heads. */
  public List<String> save() {
    return save;
  }

  /** The weights that train, named as in the files that {@link AdapterFiles} writes. */
  public List<Parameter> trainable() {
    return attachment.trainable();
  }

  public long trainableCount() {
    return trainable().stream().mapToLong(Parameter::count).sum();
  }

  /** What the method does in a run beside gradient steps. */
  public Course course() {
    return attachment.course();
  }

  /** How a weight's learning rate differs from the run's: a factor. */
  public double rateOf(Parameter weight) {
    return attachment.rateOf(peft, weight);
  }

  /** The method as its file names it. */
  Peft written() {
    return attachment.written().map(Supplier::get).orElse(peft);
  }

  /** What the method does to the model. */
  Attachment attachment() {
    return attachment;
  }

  /** Switches dropout. */
  public void training(boolean on) {
    model.dropout().training(on);
  }

  /** What the adapter's file holds. */
  List<Entry> saved() {
    return attachment.saved();
  }

  /** What the method puts in places of the model. */
  List<Change<?>> changes() {
    return attachment.changes();
  }

  /** What stands in for loaded maps while the method is on. */
  Map<Slot, Adaptation> places() {
    return attachment.places();
  }

  void enable() {
    attachment.changes().forEach(Change::make);
  }

  void disable() {
    attachment.changes().forEach(Change::undo);
  }

  /** The method switched off until the result is closed: what was loaded, to the bit. */
  public Off disabled() {
    if (peft instanceof Full) {
      throw new IllegalStateException(
          "full fine-tuning changes the loaded weights themselves and cannot be switched off");
    }
    disable();
    return this::enable;
  }

  /** Switches the method on again when closed. */
  @FunctionalInterface
  public interface Off extends AutoCloseable {
    @Override
    void close();
  }

  /** Whether weights can hold all that the method does, so that {@link #merge} is allowed. */
  public boolean merges() {
    return places().size() == attachment.changes().size();
  }

  /**
   * Whether merging also keeps what the model computes and holds: copies of quantised weights would
   * be float32.
   */
  public boolean mergesExactly() {
    return merges() && !model.packed();
  }

  /**
   * Folds the method into copies of the weights, which then answer without its cost.
   *
   * @throws UserError if the method does something that no weights can hold
   */
  public void merge() {
    if (!merges()) {
      throw new UserError(
          "%s adds something to the model that its weights cannot hold, so it cannot be merged; use it as an adapter"
              .formatted(Methods.name(peft)));
    }
    merged.make(places());
  }

  /** Undoes {@link #merge}, to the bit. */
  public void unmerge() {
    enable();
    merged.free();
  }

  /** Takes the method off and frees its weights; the model stays. */
  @Override
  public void close() {
    unmerge();
    attachment.changes().forEach(Change::undo);
    if (!(peft instanceof Full)) {
      attachment.close();
    }
  }
}
