package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.recipe.MergedFolder;
import dev.luthier.recipe.Quantize;
import dev.luthier.recipe.Recipe;
import dev.luthier.recipe.Recipes;
import dev.luthier.recipe.Training;
import dev.luthier.recipe.Voices;
import dev.luthier.recipe.Writer;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model of the month: it answers, and a better one is made of it.
 *
 * @param folder of the model
 */
record MonthPolicy(Path folder) {
  private static final int LONGEST = 32; // tokens
  private static final long CACHE_BYTES = 1L << 30;
  private static final Map<String, Object> LORA =
      Map.of("lora", Map.of("rank", 16, "alpha", 32, "targets", "all-linear"));

  /** Answers drawn from the model's own distribution, so many to each prompt. */
  List<List<String>> answers(List<MonthPrompt> prompts, int samples, long seed) {
    Writer.Manner manner = new Writer.Manner(Sampling.MODEL, LONGEST, List.of(), seed, CACHE_BYTES);
    List<Voices.Question> questions =
        IntStream.range(0, prompts.size())
            .mapToObj(i -> new Voices.Question("", String.valueOf(i)))
            .toList();
    try (Voices voices = Voices.open(folder, Map.of(), Compute.of("auto"))) {
      return voices
          .answer(
              questions,
              number -> voices.chat(prompts.get(Integer.parseInt(number)).messages()),
              samples,
              manner)
          .stream()
          .map(Voices.Reply::answers)
          .toList();
    }
  }

  /** Whether it was made already. */
  boolean made() {
    return Files.exists(folder.resolve("config.json"));
  }

  /**
   * Tuned to imitate chats.
   *
   * @param dir where the run and the model go
   */
  MonthPolicy imitating(List<String> chats, Path dir, int steps, long seed) {
    Map<String, Object> optim = new LinkedHashMap<>();
    optim.put("lr", 2e-3);
    optim.put("batch", 16);
    optim.put("max_steps", steps);
    return tuned(Map.of("sft", Map.of("loss_on", "assistant")), chats, optim, dir, seed);
  }

  /**
   * Tuned by weighted preferences: DPO on soft labels, with the likelihood of what was chosen
   * beside it, which holds the answers while the margin grows.
   */
  MonthPolicy preferring(List<String> pairs, Path dir, long seed) {
    Map<String, Object> optim = new LinkedHashMap<>();
    optim.put("lr", 5e-4);
    optim.put("batch", 16);
    optim.put("epochs", 2);
    Map<String, Object> losses = new LinkedHashMap<>();
    losses.put("losses", List.of("dpo", "nll"));
    losses.put("weights", List.of(1, 0.1));
    return tuned(Map.of("mixture", losses), pairs, optim, dir, seed);
  }

  private MonthPolicy tuned(
      Map<String, Object> method,
      List<String> rows,
      Map<String, Object> optim,
      Path dir,
      long seed) {
    Path data = dir.resolve("rows.jsonl");
    Path file = dir.resolve("recipe.yaml");
    Path run = dir.resolve("run");
    write(data, String.join("\n", rows) + "\n");
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", folder.toString());
    tree.put("method", method);
    tree.put("peft", LORA);
    tree.put("data", Map.of("train", data.toString()));
    tree.put("optim", optim);
    tree.put("eval", Map.of("every", "never", "generate", 0));
    tree.put("seed", seed);
    tree.put("output", run.toString());
    write(file, Recipes.text(tree));
    Recipe recipe = Recipes.read(file, List.of());
    PrintWriter nowhere = new PrintWriter(java.io.Writer.nullWriter());
    Training.run(recipe, Training.Start.NEW, Progress.SILENT, nowhere);
    Path merged = dir.resolve("model");
    MergedFolder.write(folder, run.resolve("adapter"), merged, new Quantize.None(), nowhere);
    return new MonthPolicy(merged);
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UserError("cannot write to %s: %s".formatted(file, UserError.reason(e)), e);
    }
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
