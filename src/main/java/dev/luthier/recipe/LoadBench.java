package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** How long a model takes from its folder to its first product, and what it costs the heap. */
public final class LoadBench {
  private LoadBench() {}

  /**
   * Loads a folder several times and prints the median.
   *
   * @param rounds how often
   */
  public static void run(Path model, String device, int rounds, PrintWriter out) {
    Compute compute = Compute.of(device);
    double[] seconds = new double[rounds];
    long heap = 0;
    long bytes = 0;
    for (int i = 0; i < rounds; i++) {
      long before = heap();
      long start = System.nanoTime();
      try (Model loaded = Models.load(model, compute)) {
        seconds[i] = (System.nanoTime() - start) / 1e9;
        heap = Math.max(heap, heap() - before);
        bytes =
            loaded.parameters().stream()
                .map(Parameter::value)
                .mapToLong(t -> t.numel() * t.element_size())
                .sum();
      }
    }
    Arrays.sort(seconds);
    out.printf("weights    %,d MB in memory, %,d MB on disk%n", bytes >> 20, onDisk(model) >> 20);
    out.printf(
        "loaded in  %.3f s (median of %d, slowest %.3f)%n",
        seconds[rounds / 2], rounds, seconds[rounds - 1]);
    out.printf("heap       %,d MB more%n", Math.max(0, heap) >> 20);
    out.flush();
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long onDisk(Path model) {
    try (WeightFiles files = WeightFiles.open(model)) {
      long sum = 0;
      for (Path file : files.paths()) {
        sum += Files.size(file);
      }
      return sum;
    } catch (IOException e) {
      throw new UserError("cannot read " + model + ": " + UserError.reason(e), e);
    }
  }
}
