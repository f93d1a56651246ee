package dev.luthier.recipe;

import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model folder that has an adapter in its weights. Merging is exact in float32; what is stored in
 * 16 bits is rounded, and a small tune may drown in that, so the change that the file makes is told
 * beside the change that the adapter makes.
 */
public final class MergedFolder {
  /** Beyond this share of the adapter's own change a merge has lost what was learnt. */
  private static final double ERASED = 0.5;

  private MergedFolder() {}

  /** The largest and the mean change of logits. */
  private record Away(double most, double mean) {
    static Away of(Tensor a, Tensor b) {
      try (Scope scope = new Scope()) {
        Tensor d = a.sub(b).abs();
        return new Away(d.max().item_double(), d.mean().item_double());
      }
    }
  }

  /**
   * Writes it in the base model's type, or in 16 bits where the base was quantised: then the
   * adapter goes into the values that the packed weights stand for, which are those that it was
   * trained on.
   *
   * @param quantize how the base was kept when the adapter was trained
   * @throws dev.luthier.error.UserError if the target folder holds something
   */
  public static void write(
      Path model, Path adapter, Path into, Quantize quantize, PrintWriter out) {
    AdapterFolders.refuseFull(into);
    try (ModelFolder folder = ModelFolder.open(model);
        Model loaded = AdapterBase.load(folder.path(), adapter, quantize.on(Compute.CPU));
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      AdapterFiles.Loaded<Model> saved = AdapterFiles.load(loaded, adapter);
      saved.notes().forEach(out::println);
      Adapted<Model> adapted = saved.adapted();
      boolean packed = loaded.packed();
      ScalarType type = packed ? folder.halfType() : folder.storedType();
      Tensor unmerged = AdapterBase.sample(loaded);
      Away own = Away.of(unmerged, alone(adapted));
      adapted.merge();
      Away exact = Away.of(AdapterBase.sample(loaded), unmerged);
      AtomicDirectory.write(
          into,
          dir -> {
            loaded.save(dir, type);
            folder.copyCompanions(dir);
            RankFile.copy(adapter, dir);
          });
      adapted.close();
      try (Model again = Models.load(into, Compute.CPU)) {
        Away stored = Away.of(AdapterBase.sample(again), unmerged);
        out.printf(
            "merged in float32: logits differ by at most %.2e; stored as %s: by at most %.2e%n",
            exact.most(), TypeName.of(type), stored.most());
        beside(own, stored, out);
      }
      if (packed) {
        out.println(
            "the model is in 16 bits now; to have it in fewer again, and told what that changes:"
                + " ./luthier quantize "
                + into);
      }
      out.println("saved     " + into);
      out.flush();
    }
  }

  private static Tensor alone(Adapted<Model> adapted) {
    try (Adapted.Off off = adapted.disabled()) {
      return AdapterBase.sample(adapted.model());
    }
  }

  private static void beside(Away own, Away stored, PrintWriter out) {
    out.printf(
        "the adapter itself changes them by at most %.2e, by %.2e on average; storing by %.2e on"
            + " average%n",
        own.most(), own.mean(), stored.mean());
    if (stored.mean() > ERASED * own.mean()) {
      out.println(
          "WARNING: much of what was learnt is lost in these bits; keep the adapter beside the model");
    }
  }
}
