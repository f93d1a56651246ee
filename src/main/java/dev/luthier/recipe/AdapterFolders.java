package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Task;
import dev.luthier.peft.AdapterConfig;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What can be done with a saved adapter beside using it. */
public final class AdapterFolders {
  /** What {@link #merge} can merge. */
  static final Set<Task> MERGED = Set.of(Task.CAUSAL_LM);

  private static final int SAMPLE = 64; // tokens that the two forms are compared on

  private AdapterFolders() {}

  /** Prints the adapter's method, settings, tensors and size. */
  public static void info(Path adapter, PrintWriter out) {
    AdapterConfig config = AdapterConfig.read(adapter);
    line(out, "method", Schema.snake(config.peft().getClass().getSimpleName()));
    line(out, "base", config.base().isEmpty() ? "(not named)" : config.base());
    Unbinder.record((Record) config.peft())
        .forEach((key, value) -> line(out, key, value.toString()));
    config.notes().forEach(note -> line(out, "note", note));
    try (Safetensors file = WeightFiles.adapter(adapter)) {
      long values =
          file.infos().values().stream()
              .filter(i -> i.dtype() != ScalarType.Int && i.dtype() != ScalarType.Long) // places
              .mapToLong(i -> Arrays.stream(i.shape()).reduce(1, (a, b) -> a * b))
              .sum();
      line(out, "weights", "%,d in %d tensors".formatted(values, file.infos().size()));
      file.infos()
          .values()
          .forEach(
              i ->
                  out.printf(
                      "  %s %s %s%n",
                      i.name(), Arrays.toString(i.shape()), TypeName.of(i.dtype())));
    }
    out.flush();
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-14s%s%n", name, value);
  }

  /**
   * Writes the model with the adapter merged into its weights as a model folder of its own, in the
   * base model's type, and tells how far its logits are from those of the unmerged model.
   *
   * @throws UserError if the target folder holds something
   */
  public static void merge(Path model, Path adapter, Path into, PrintWriter out) {
    refuseFull(into);
    try (ModelFolder folder = ModelFolder.open(model);
        CausalLm loaded = folder.load(Compute.CPU);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      AdapterFiles.Loaded<CausalLm> saved = AdapterFiles.load(loaded, adapter);
      saved.notes().forEach(out::println);
      ScalarType type = folder.storedType();
      Tensor unmerged = logits(loaded);
      saved.adapted().merge();
      double exact = difference(logits(loaded), unmerged);
      AtomicDirectory.write(
          into,
          dir -> {
            loaded.save(dir, type);
            folder.copyCompanions(dir);
          });
      saved.adapted().close();
      try (CausalLm again = CausalLm.load(into, Compute.CPU)) {
        out.printf(
            "merged in float32: logits differ by at most %.2e; stored as %s: by at most %.2e%n",
            exact, TypeName.of(type), difference(logits(again), unmerged));
      }
      out.println("saved     " + into);
      out.flush();
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item_double();
  }

  /** The logits of some tokens spread over the vocabulary. */
  private static Tensor logits(CausalLm model) {
    int n = Math.min(SAMPLE, model.config().context());
    int vocabulary = model.config().vocabSize();
    int[] ids = IntStream.range(0, n).map(i -> (int) ((long) i * 7919 % vocabulary)).toArray();
    return model.logits(model.hidden(Sequences.of(List.of(ids), model.compute())));
  }

  static void refuseFull(Path into) {
    if (!Files.exists(into)) {
      return;
    }
    try (Stream<Path> entries = Files.list(into)) {
      if (entries.findAny().isPresent()) {
        throw new UserError(into + " is not empty; choose another folder");
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + into + ": " + UserError.reason(e), e);
    }
  }
}
