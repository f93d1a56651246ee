package dev.luthier.recipe;

import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.HeadPlaces;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.GroupedKv;
import dev.luthier.peft.RegroupedLora;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA adapter of a model whose heads were regrouped, and what of its effect is left.
 *
 * @param adapter of the original
 * @param into the new folder
 */
public record RegroupedAdapter(Path adapter, Path into) {
  /** What an adapter changes of the logits, and how large that is. */
  private record Effect(Tensor change, double size) {
    static Effect of(Path model, Path adapter) {
      try (Model loaded = AdapterBase.load(model, adapter, Compute.CPU);
          Adapted<Model> adapted = AdapterFiles.load(loaded, adapter).adapted()) {
        Tensor with = AdapterBase.sample(loaded);
        try (Adapted.Off off = adapted.disabled()) {
          Tensor change = with.sub(AdapterBase.sample(loaded));
          return new Effect(change, change.norm().item_double());
        }
      }
    }
  }

  void check(GroupedKv kv) {
    AdapterFolders.refuseFull(into);
    RegroupedLora.check(adapter, kv);
  }

  /**
   * Writes it, and tells how its effect on logits differs, as a share of the effect.
   *
   * @param before the original model
   * @param after the regrouped one
   */
  void write(GroupedKv kv, Path before, Path after, PrintWriter out) {
    AtomicDirectory.write(
        into,
        dir -> {
          RegroupedLora.write(adapter, dir, kv, after.toString());
          config(dir, kv.groups().to());
        });
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Effect old = Effect.of(before, adapter);
      Effect now = Effect.of(after, into);
      double lost = now.change().sub(old.change()).norm().item_double() / old.size();
      double along = now.change().mul(old.change()).sum().item_double() / (old.size() * now.size());
      out.printf(
          "adapter   its change of the logits differs by %.1f%% of what it was (cosine %.3f, size"
              + " %.3f of the old)%n",
          100 * lost, along, now.size() / old.size());
      out.println("saved     " + into);
      out.flush();
    }
  }

  /** The config.json of an adapter with labels tells the heads too. */
  private void config(Path dir, int kvHeads) {
    if (Files.exists(adapter.resolve(EditedConfig.NAME))) {
      EditedConfig.write(adapter, dir, json -> json.put(HeadPlaces.KEY, kvHeads));
    }
  }
}
