package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.model.Model;
import dev.luthier.tensor.Checkpointing;
import dev.luthier.tensor.Keeping;
import java.util.function.Consumer;

/** What a step of training keeps in memory, for time: docs/memory.md. The step is the same. */
@Doc("What a step of training keeps in memory; the step is the same (docs/memory.md)")
public record MemorySpec(
    @Doc(
            value = "Which blocks keep only their input and are run again in the backward pass",
            elsewhere = {"gradient_checkpointing", "activation_checkpointing"})
        @Default("none")
        Checkpointing checkpoint,
    @Doc(
            value =
                "Whether these inputs wait for the backward pass in host memory; on a CPU they are"
                    + " there",
            elsewhere = {"activation_offloading"})
        @Default("false")
        boolean offload,
    @Doc("How many tokens of a micro-batch the head and the loss take at once") @Default("auto")
        Chunk chunk) {
  public MemorySpec {
    if (offload && checkpoint instanceof Checkpointing.None) {
      throw new UserError(
          "memory.offload moves what memory.checkpoint keeps, which is none; set memory.checkpoint: blocks");
    }
  }

  /**
   * Makes a model keep what this says.
   *
   * @param note is told what does nothing on the model's device
   */
  void on(Model model, Consumer<String> note) {
    model.keep(checkpoint, offload ? Keeping.onHost(model.compute()) : Keeping.IN_PLACE);
    if (offload && !model.compute().isCuda()) {
      note.accept("memory.offload does nothing on a CPU: its memory is the host's");
    }
  }
}
