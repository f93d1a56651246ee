package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
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
 * -100 for none), logits (B, T, V), merged_logits (B, T, V; with an adapter) and loss (1). For an
 * encoder with a decoder the labels are the decoder's targets, (B, T') with a T' of their own, as
 * the logits have; decoder_input_ids (B, T') may stand for them. task_ids (B) say the rows' tasks.
 * With an adapter of P virtual tokens a decoder's logits may be (B, P + T, V).
 */
public final class Verification {
  private static final double LOGITS = 1e-4; // absolute; of logits beyond 10 relative to the tenth
  private static final double LOSS = 1e-4; // relative

  private Verification() {}

  /**
   * Prints the largest difference per tensor.
   *
   * @param reference safetensors as above
   * @return whether all differences are within tolerance
   */
  public static boolean run(Writer.Voice voice, Path reference, PrintWriter out) {
    Compute compute = voice.compute().inFloat32();
    ModelConfig.read(voice.model());
    try (Safetensors io = Safetensors.open(reference);
        Model model = Models.load(voice.model(), compute);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Optional<AdapterFiles.Loaded<Model>> adapter =
          voice.adapter().map(dir -> AdapterFiles.load(model, dir));
      adapter.ifPresent(a -> a.notes().forEach(out::println));
      Optional<Adapted<Model>> adapted = adapter.map(AdapterFiles.Loaded::adapted);
      if (io.infos().containsKey("task_ids")) {
        long[] tasks = Ops.toLongs(io.tensor("task_ids"));
        model.tasks().set(Arrays.stream(tasks).mapToInt(Math::toIntExact).toArray());
      } else {
        KnownTasks.tell(model, voice, adapted.map(Adapted::peft));
      }
      int virtual = adapted.map(a -> a.peft().virtualTokens()).orElse(0);
      Reference file = new Reference(reference, io, virtual);
      Trial trial = Trial.of(model, file);
      trial.note().ifPresent(out::println);
      Optional<Tensor> penalty = adapted.map(a -> a.course().penalty());
      boolean good = compared(file, trial, penalty, out);
      if (adapter.isPresent() && file.has("merged_logits")) {
        adapted.get().merge();
        good &= logits("merged_logits", trial, out);
      }
      adapted.ifPresent(Adapted::close);
      out.println(good ? "equal within tolerance" : "NOT equal");
      out.flush();
      return good;
    }
  }

  /**
   * @param penalty what the method adds to the loss, which PEFT's losses have too
   */
  private static boolean compared(
      Reference file, Trial trial, Optional<Tensor> penalty, PrintWriter out) {
    boolean any = false;
    boolean good = true;
    if (file.has("logits")) {
      any = true;
      good &= logits("logits", trial, out);
    }
    Optional<Tensor> loss = file.has("loss") ? trial.loss() : Optional.empty();
    if (loss.isPresent()) {
      any = true;
      double ours = loss.get().item_double() + penalty.map(Tensor::item_double).orElse(0.0);
      double theirs = Ops.toFloats(file.tensor("loss"))[0];
      good &= row(out, "loss", Math.abs(ours - theirs), LOSS * Math.abs(theirs));
    }
    if (!any) {
      throw new UserError("the reference holds neither logits nor loss with labels to compare");
    }
    return good;
  }

  private static boolean logits(String name, Trial trial, PrintWriter out) {
    Tensor theirs = trial.expected(name);
    Tensor ours = trial.logits().to(Compute.CPU.torchDevice(), theirs.scalar_type());
    double allowed = LOGITS * Math.max(1, theirs.abs().max().item_double() / 10);
    return row(out, name, ours.sub(theirs).abs().max().item_double(), allowed);
  }

  private static boolean row(PrintWriter out, String name, double difference, double allowed) {
    boolean good = difference <= allowed;
    out.printf(
        "%-14s largest difference %.3e, allowed %.1e  %s%n",
        name, difference, allowed, good ? "ok" : "DIFFERS");
    return good;
  }
}
