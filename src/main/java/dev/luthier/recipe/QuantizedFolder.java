package dev.luthier.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.ShardWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.Conv1d;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Models;
import dev.luthier.model.Slot;
import dev.luthier.quant.QuantConfig;
import dev.luthier.quant.QuantTensors;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Writes a model folder whose linear maps are quantised, in bitsandbytes' layout. It goes through
 * the mapped files tensor by tensor and holds no more than one shard of what it makes, so a model
 * may be larger than memory.
 *
 * @param storage what linear maps become
 * @param skip linear maps that stay: the end of their paths, such as down_proj, or more of them
 * @param dtype what all other weights, and those of the maps before, are turned into; none: as they
 *     are
 */
public record QuantizedFolder(Storage storage, List<String> skip, Optional<ScalarType> dtype) {
  private static final long SHARD_BYTES = 1_000_000_000L;

  /**
   * @param into the new folder
   * @throws UserError if something is there, the model is quantised already, or has nothing to
   *     quantise
   */
  public void write(Path model, Path into, PrintWriter out) {
    write(model, into, SHARD_BYTES, out);
  }

  void write(Path named, Path into, long shardBytes, PrintWriter out) {
    AdapterFolders.refuseFull(into);
    Path path = ModelPlace.folder(named);
    refuseQuantised(ModelConfig.read(path));
    Compute stored = new Compute(Compute.CPU.device(), ModelFolder.storedType(path));
    try (Model loaded = Models.load(path, stored);
        AutoGradMode off = Ops.noGrad()) {
      LinearMaps maps = LinearMaps.of(loaded, skip);
      QuantReport report = new QuantReport(storage);
      AtomicDirectory.write(
          into,
          dir -> {
            try (ShardWriter writer = new ShardWriter(dir, shardBytes)) {
              WeightFiles files = loaded.frame().files();
              files.infos().keySet().forEach(n -> one(n, files.tensor(n), maps, writer, report));
              report.written(writer.finish());
            }
            EditedConfig.write(path, dir, json -> config(json, maps.kept(), stored.dtype()));
            ModelFolder.copyCompanions(path, dir);
          });
      report.print(out);
      out.println("saved     " + into);
      out.flush();
    }
  }

  private void refuseQuantised(ModelConfig config) {
    if (QuantConfig.in(config.json())) {
      throw new UserError(
          "%s: the model is quantised already (%s); give the one that it was made of"
              .formatted(config.file(), QuantConfig.KEY));
    }
  }

  private void one(
      String name, Tensor tensor, LinearMaps maps, ShardWriter writer, QuantReport report) {
    try (Scope scope = new Scope()) {
      boolean real = tensor.is_floating_point();
      Tensor weight = real && dtype.isPresent() ? tensor.to(dtype.get()) : tensor;
      report.read(tensor);
      Optional<Slot> slot = maps.of(name);
      if (slot.isEmpty()) {
        writer.add(Map.of(name, weight));
        return;
      }
      // transformers turns GPT-2's matrices, which lie as (in, out), to (out, in) before it packs
      Tensor matrix = ((Linear) slot.get().base()) instanceof Conv1d ? weight.t() : weight;
      try (Packed packed = storage.pack(name, matrix, Compute.CPU)) {
        writer.add(QuantTensors.of(name, packed));
        report.packed(slot.get().name(), matrix, packed);
      }
    }
  }

  private void config(ObjectNode json, List<String> kept, ScalarType stored) {
    ScalarType type = dtype.orElse(stored);
    if (dtype.isPresent()) {
      json.remove("torch_dtype");
      json.put("dtype", TypeName.of(type));
    }
    json.set(QuantConfig.KEY, QuantConfig.of(storage, kept, type));
  }
}
