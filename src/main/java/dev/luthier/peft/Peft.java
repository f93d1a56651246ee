package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/** A way to make a model trainable. The record is the method and its hyperparameters. */
@Doc("Which weights learn")
public sealed interface Peft
    permits Full,
        Lora,
        Adalora,
        Vera,
        Ia3,
        LnTuning,
        PrefixTuning,
        PromptTuning,
        Ptuning,
        MultitaskPrompt,
        LlamaAdapter,
        Bottleneck,
        Compacter,
        MadX,
        AdapterFusion,
        HyperAdapter,
        Bitfit,
        Unfreeze,
        Sparse,
        LtSft,
        DiffPruning,
        Together {
  /** The peak learning rate where the recipe sets none. */
  Rate usualRate();

  /** How a weight's learning rate differs from the run's: a factor. */
  default double rateOf(Parameter weight) {
    return 1;
  }

  /** Modules that train and are saved whole beside the method. */
  default List<String> save() {
    return List.of();
  }

  /** What it has to find out on the run's data before it can be put on a model. */
  default Optional<Scout> scout() {
    return Optional.empty();
  }

  /** What stands before a module's path in the adapter's file. */
  default String prefix() {
    return "base_model.model.";
  }

  /** How many virtual tokens stand before every sequence and take of its room. */
  default int virtualTokens() {
    return 0;
  }

  /** How many tasks it tells apart; 0 where it knows of none. */
  default int tasks() {
    return 0;
  }

  /** The largest size of a tensor that its settings ask for, whatever the model. */
  default long widest() {
    return virtualTokens();
  }

  /** Whether an encoder computes what its file holds; PEFT does not save encoders. */
  default boolean encoded() {
    return false;
  }

  /** Says what would change in the model, without changing it. */
  Attachment attach(Site site);
}
