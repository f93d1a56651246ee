package dev.luthier.recipe;

import dev.luthier.data.Unpadded;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Compares what Luthier computes with a reference file of another tool: how a user convinces
 * himself that it is his model that is trained.
 *
 * <p>The file holds input_ids (B, T) and, where they apply, attention_mask (B, T), labels (B, T;
 * -100 for none), logits (B, T, V), merged_logits (B, T, V; with an adapter) and loss (1).
 */
public final class Verification {
  private static final double LOGITS = 1e-4; // absolute
  private static final double LOSS = 1e-4; // relative

  private Verification() {}

  /**
   * Prints the largest difference per tensor.
   *
   * @param reference safetensors as above
   * @return whether all differences are within tolerance
   */
  public static boolean run(Writer.Voice voice, Path reference, PrintWriter out) {
    Compute compute = Compute.of(voice.device()).inFloat32();
    ModelConfig.read(voice.model());
    try (Safetensors io = Safetensors.open(reference);
        CausalLm model = CausalLm.load(voice.model(), compute);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Optional<AdapterFiles.Loaded<CausalLm>> adapter =
          voice.adapter().map(dir -> AdapterFiles.load(model, dir));
      adapter.ifPresent(a -> a.notes().forEach(out::println));
      Rows rows = Rows.of(io, reference, compute);
      boolean good = compared(io, rows, model, out);
      if (adapter.isPresent() && io.infos().containsKey("merged_logits")) {
        adapter.get().adapted().merge();
        good &= logits("merged_logits", io, rows, model, out);
      }
      adapter.map(AdapterFiles.Loaded::adapted).ifPresent(Adapted::close);
      out.println(good ? "equal within tolerance" : "NOT equal");
      out.flush();
      return good;
    }
  }

  private static boolean compared(Safetensors io, Rows rows, CausalLm model, PrintWriter out) {
    boolean any = false;
    boolean good = true;
    if (io.infos().containsKey("logits")) {
      any = true;
      good &= logits("logits", io, rows, model, out);
    }
    if (io.infos().containsKey("loss") && rows.targets.length > 0) {
      any = true;
      Tensor logits = model.logits(rows.input, Ops.longs(rows.positions, model.compute()));
      Tensor targets = Ops.longs(rows.targets, model.compute());
      double ours =
          new CrossEntropy().of(logits, targets, rows.targets.length).total().item_double();
      double theirs = Ops.toFloats(io.tensor("loss"))[0];
      good &= row(out, "loss", Math.abs(ours - theirs), LOSS * Math.abs(theirs));
    }
    if (!any) {
      throw new UserError("the reference holds neither logits nor loss with labels to compare");
    }
    return good;
  }

  private static boolean logits(
      String name, Safetensors io, Rows rows, CausalLm model, PrintWriter out) {
    Tensor theirs = io.tensor(name);
    if (theirs.dim() != 3 || theirs.size(2) != model.config().vocabSize()) {
      throw new UserError(
          "the reference's %s have shape %s, but the model's vocabulary is %d"
              .formatted(name, Arrays.toString(Ops.shape(theirs)), model.config().vocabSize()));
    }
    Tensor real =
        theirs
            .reshape(-1, theirs.size(2))
            .index_select(0, Ops.longs(rows.cells, Compute.CPU))
            .to(model.compute().torchDevice(), theirs.scalar_type());
    Tensor ours = model.logits(model.hidden(rows.input));
    return row(out, name, ours.sub(real).abs().max().item_double(), LOGITS);
  }

  private static boolean row(PrintWriter out, String name, double difference, double allowed) {
    boolean good = difference <= allowed;
    out.printf(
        "%-14s largest difference %.3e, allowed %.1e  %s%n",
        name, difference, allowed, good ? "ok" : "DIFFERS");
    return good;
  }

  /** What the file holds, without padding. */
  private record Rows(Sequences input, long[] cells, long[] positions, long[] targets) {
    static Rows of(Safetensors io, Path file, Compute compute) {
      if (!io.infos().containsKey("input_ids") || io.tensor("input_ids").dim() != 2) {
        throw new UserError(file + " holds no input_ids of shape (rows, tokens)");
      }
      long[] ids = Ops.toLongs(io.tensor("input_ids"));
      long[] mask = optional(io, "attention_mask", ids.length, 1);
      long[] labels = optional(io, "labels", ids.length, -100);
      Unpadded real = Unpadded.of(ids, mask, labels, (int) io.tensor("input_ids").size(1));
      return new Rows(
          Sequences.of(real.rows(), compute), real.cells(), real.positions(), real.targets());
    }

    private static long[] optional(Safetensors io, String name, int size, long otherwise) {
      long[] values = new long[size];
      Arrays.fill(values, otherwise);
      return io.infos().containsKey(name) ? Ops.toLongs(io.tensor(name)) : values;
    }
  }
}
