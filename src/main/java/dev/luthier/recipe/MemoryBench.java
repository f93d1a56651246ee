package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.tensor.PeakMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Planned memory beside measured memory: six short trainings, each in a process of its own, since
 * the most that a process had in use can only be told of all of it.
 */
public final class MemoryBench {
  private static final String DATA = "data/tiny-chat/sft-train.jsonl";

  /** By name: method, adapter, rows. */
  private static final Map<String, String> RUNS = runs();

  private MemoryBench() {}

  private static Map<String, String> runs() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("lora, 16 rows", recipe("{}", "{ lora: { rank: 16, targets: all-linear } }", 16, 16));
    out.put(
        "lora, 4 packed rows of 512",
        recipe("{ packing: best-fit, max_length: 512 }", "{ lora: { rank: 16 } }", 4, 4));
    out.put("full, 32 rows, 8 at once", recipe("{}", "full", 32, 8));
    out.put(
        "ia3, 2 packed rows of 1024",
        recipe("{ packing: best-fit, max_length: 1024 }", "{ ia3: {} }", 2, 2));
    out.put(
        "bottleneck, 64 rows, all tokens",
        recipe("{ loss_on: all }", "{ bottleneck: {} }", 64, 64));
    out.put("prefix, 32 rows", recipe("{}", "{ prefix_tuning: { tokens: 20 } }", 32, 32));
    return out;
  }

  private static String recipe(String sft, String peft, int batch, int atOnce) {
    return """
        method: { sft: %s }
        peft: %s
        data: { train: { path: %s, limit: 1200 } }
        optim: { batch: %d, micro_batch: %d, max_steps: 6 }
        """
        .formatted(sft, peft, DATA, batch, atOnce);
  }

  /**
   * Prints a line for each training.
   *
   * @param trainer trains in a process of its own
   */
  public static void run(Path model, String device, Claims.Trainer trainer, PrintWriter out) {
    out.printf("%-34s %10s %10s %8s%n", "of " + model, "planned", "measured", "ratio");
    try {
      Path dir = Files.createTempDirectory("memory");
      int number = 0;
      for (Map.Entry<String, String> run : RUNS.entrySet()) {
        Path output = dir.resolve("run" + number);
        Path recipe = dir.resolve("recipe%d.yaml".formatted(number));
        Files.writeString(
            recipe,
            "model: { path: %s, device: %s }%n%soutput: %s%n"
                .formatted(model.toAbsolutePath(), device, run.getValue(), output));
        Path log = dir.resolve("log" + number);
        boolean ended = trainer.train(recipe, false, log, number++);
        out.println(line(run.getKey(), ended ? RunResult.read(output) : Optional.empty(), log));
        out.flush();
      }
      AtomicDirectory.remove(dir);
    } catch (IOException e) {
      throw new UserError("cannot write a recipe: " + UserError.reason(e), e);
    }
  }

  private static String line(String name, Optional<RunResult> result, Path log) throws IOException {
    if (result.isEmpty()) {
      return "%-34s failed: %s"
          .formatted(name, Files.readAllLines(log).stream().reduce((a, b) -> b).orElse(""));
    }
    PeakMemory memory = result.get().memory();
    return String.format(
        Locale.ROOT,
        "%-34s %10s %10s %8.3f",
        name,
        PlanText.size(result.get().planned()),
        PlanText.size(memory.taken()),
        (double) result.get().planned() / memory.taken());
  }
}
