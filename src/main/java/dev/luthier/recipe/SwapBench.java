package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.AdapterSet;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** How long it takes to put another adapter in force on a loaded model. */
public final class SwapBench {
  private static final int RANK = 16;
  private static final List<String> NAMES = List.of("first", "second");

  private SwapBench() {}

  /**
   * Swaps two new LoRA adapters on all linear layers and prints the median.
   *
   * @param rounds how often
   */
  public static void run(Path model, String device, int rounds, PrintWriter out) {
    try (CausalLm lm = CausalLm.load(model, Compute.of(device));
        AdapterSet<CausalLm> adapters = new AdapterSet<>(lm)) {
      for (String name : NAMES) {
        Path dir = saved(lm, name.length());
        adapters.add(name, dir);
        AtomicDirectory.remove(dir);
      }
      double[] milliseconds = new double[rounds];
      for (int i = 0; i < rounds; i++) {
        String name = NAMES.get(i % NAMES.size());
        long start = System.nanoTime();
        adapters.use(name);
        milliseconds[i] = (System.nanoTime() - start) / 1e6;
      }
      Arrays.sort(milliseconds);
      out.printf(
          "swapped in %.3f ms (median of %d, slowest %.3f): LoRA of rank %d on all linear layers of %s%n",
          milliseconds[rounds / 2], rounds, milliseconds[rounds - 1], RANK, model);
      out.flush();
    }
  }

  private static Path saved(CausalLm model, long seed) {
    try (Adapted<CausalLm> adapted = Adapted.attach(model, Lora.of(RANK, 2 * RANK), seed)) {
      Path dir = Files.createTempDirectory("adapter");
      AdapterFiles.save(adapted, dir, "");
      return dir;
    } catch (IOException e) {
      throw new UserError("cannot write an adapter: " + UserError.reason(e), e);
    }
  }
}
