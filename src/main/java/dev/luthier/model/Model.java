package dev.luthier.model;

import dev.luthier.tensor.Activations;
import dev.luthier.tensor.Checkpointing;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Keeping;
import dev.luthier.tensor.Parameter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model with a head: what parameter-efficient methods, optimisers and files need of it, whatever
 * it computes. It owns its weights; all else that a call makes belongs to the caller's scope.
 */
public sealed interface Model extends AutoCloseable
    permits CausalLm, Classifier, TokenClassifier, MaskedLm, SentenceEncoder, Seq2Seq {
  /** Configuration, places and weights. */
  Frame frame();

  /** What the model is for. */
  Task task();

  default ModelConfig config() {
    return frame().config();
  }

  default Compute compute() {
    return frame().compute();
  }

  /** The switch of everything that is dropped in training. */
  default Dropout dropout() {
    return frame().dropout();
  }

  /** Which tasks the sequences of the next calls belong to, for methods that learn several. */
  default Tasks tasks() {
    return frame().tasks();
  }

  /** What its blocks keep for the backward pass: {@link Activations}. */
  default void keep(Checkpointing which, Keeping inputs) {
    frame().stacks().forEach(s -> s.activations().keep(which, inputs));
  }

  /** Every named module, in the order of a forward pass. */
  default List<Slot> slots() {
    return frame().slots();
  }

  /** The longest sequence that it takes now: virtual tokens leave less room. */
  default int context() {
    int virtual = frame().stacks().stream().mapToInt(Stack::virtualTokens).max().orElse(0);
    return config().context() - virtual;
  }

  /** Every weight by its name in the files, each once. */
  default Collection<Parameter> parameters() {
    return frame().weights().values();
  }

  /** Whether some of its weights are frozen in fewer bits than they compute in. */
  default boolean packed() {
    return parameters().stream().anyMatch(p -> p.packed() != null);
  }

  /** What its weights hold in memory. */
  default long bytes() {
    return parameters().stream().mapToLong(Parameter::bytes).sum();
  }

  /** {@link Frame#save}. */
  default void save(Path dir, ScalarType dtype) {
    frame().save(dir, dtype);
  }

  /** {@link Frame#save(Path, ScalarType, int)}. */
  default void save(Path dir, ScalarType dtype, int vocabulary) {
    frame().save(dir, dtype, vocabulary);
  }

  @Override
  default void close() {
    frame().close();
  }
}
