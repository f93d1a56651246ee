package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Peft;
import java.nio.file.Path;
import java.util.Optional;

/** A training run, as a recipe file says it. Every default but the rate's is filled in. */
@Doc("A training run")
public record Recipe(
    @Doc("The model to start from") ModelSpec model,
    @Doc("What is learned from the data") Method method,
    @Doc("Which weights learn") @Default("{ lora: {} }") Peft peft,
    @Doc(
            value =
                "The adapter that training begins from, of the same model and the same `peft`; unset: a"
                    + " new one",
            elsewhere = {"lora_model_dir", "adapter_name_or_path", "resume_from_adapter"})
        Optional<Path> adapter,
    @Doc(
            value = "What is learned from",
            elsewhere = {"dataset", "datasets"})
        DataSpec data,
    @Doc(
            value = "How the weights move",
            elsewhere = {"training", "trainer"})
        @Default("{}")
        OptimSpec optim,
    @Doc("What a step keeps in memory") @Default("{}") MemorySpec memory,
    @Doc(
            value = "What is measured on the way",
            elsewhere = {"evaluation"})
        @Default("{}")
        EvalSpec eval,
    @Doc("What is kept for resuming") @Default("{}") CheckpointSpec checkpoint,
    @Doc(
            value = "The run's directory, made by the run",
            elsewhere = {"output_dir", "out"})
        String output,
    @Doc("Root of all randomness: data order, dropout, new weights") @Default("42") long seed) {
  public Recipe {
    method.check(optim, peft);
    Begun.check(peft, adapter);
  }

  /** The same with the learning rate that the method usually has on this model, if it has none. */
  Recipe forModel(ModelConfig config) {
    return with(optim.withRate(peft.usualRate().at(config.hiddenSize())));
  }

  /** The same with weights that move otherwise. */
  Recipe with(OptimSpec other) {
    return new Recipe(
        model, method, peft, adapter, data, other, memory, eval, checkpoint, output, seed);
  }

  /** The same, measured otherwise. */
  Recipe with(EvalSpec other) {
    return new Recipe(
        model, method, peft, adapter, data, optim, memory, other, checkpoint, output, seed);
  }

  /** The same with something else kept in memory. */
  Recipe with(MemorySpec other) {
    return new Recipe(
        model, method, peft, adapter, data, optim, other, eval, checkpoint, output, seed);
  }

  /** The same on a model that is kept otherwise. */
  Recipe with(ModelSpec other) {
    return new Recipe(
        other, method, peft, adapter, data, optim, memory, eval, checkpoint, output, seed);
  }
}
