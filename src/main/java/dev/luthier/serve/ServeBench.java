package dev.luthier.serve;

import dev.luthier.io.AtomicDirectory;
import dev.luthier.online.Made;
import dev.luthier.online.Versions;
import dev.luthier.recipe.RandomAdapter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;

/**
 * Many clients that stream from a server on loopback, with a swap of versions in the middle: how
 * long answers and their first tokens take, and whether any request fails or any answer is of two
 * versions. Answers are greedy, so each must be what its version writes to its prompt when asked
 * alone.
 *
 * @param clients that ask at the same time
 * @param rounds requests of each client, one after the other
 * @param tokens of each answer
 */
public record ServeBench(Path model, String device, int clients, int rounds, int tokens) {
  private static final String SWAPPED = "v0001";
  private static final double SCALE = 0.05;

  /** What one streamed request was. */
  record Seen(
      String prompt,
      String version,
      String text,
      int tokens,
      double first,
      double whole,
      String error) {}

  /** Prints what was measured; the caller says whether something computed beside it. */
  public boolean run(PrintWriter out) throws IOException {
    Path home = Files.createTempDirectory("luthier-bench");
    try {
      return run(home, out);
    } finally {
      AtomicDirectory.remove(home);
    }
  }

  private boolean run(Path home, PrintWriter out) throws IOException {
    Path adapter = Files.createDirectory(home.resolve("made"));
    RandomAdapter.write(model, adapter, 1, SCALE);
    Versions versions = new Versions(home);
    versions.add(new Made("v0000", adapter, Instant.now(), Optional.empty(), "bench"));
    Path recipe = home.resolve("serve.yaml");
    Files.writeString(
        recipe,
        "model: { path: \"%s\", device: %s }\nhttp: { port: 0, rows: %d, at_once: %d }\n"
            .formatted(model.toAbsolutePath(), device, clients, 4 * clients));
    ServeRecipe read = ServeRecipe.read(recipe, List.of("--home=" + home));
    try (Serving serving = Serving.start(read, line -> {})) {
      BenchClient client = new BenchClient(serving.address(), read.served(), tokens);
      List<String> prompts = prompts();
      Map<String, String> alone = alone(client, prompts);
      List<Seen> seen = new ArrayList<>();
      double begun = System.nanoTime();
      load(client, prompts, seen, () -> versions.promote(SWAPPED));
      double seconds = (System.nanoTime() - begun) / 1e9;
      return tell(seen, alone, seconds, out);
    }
  }

  private List<String> prompts() {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < Math.min(clients, 16); i++) {
      out.add("Write %d words about the number %d.".formatted(10 + i, 3 * i));
    }
    return out;
  }

  /** What each version writes to each prompt when nothing else runs, by version and prompt. */
  private Map<String, String> alone(BenchClient client, List<String> prompts) {
    Map<String, String> out = new HashMap<>();
    for (String version : List.of("v0000", SWAPPED)) {
      for (String prompt : prompts) {
        Seen seen = client.ask(version, prompt);
        out.put(version + prompt, seen.text());
      }
    }
    return out;
  }

  private void load(BenchClient client, List<String> prompts, List<Seen> seen, Runnable swap) {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        int first = c;
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int r = 0; r < rounds; r++) {
                    Seen one = client.ask("", prompts.get((first + r) % prompts.size()));
                    synchronized (seen) {
                      seen.add(one);
                      if (seen.size() == clients * rounds / 2) {
                        swap.run();
                      }
                    }
                  }
                },
                threads));
      }
      all.forEach(CompletableFuture::join);
    } finally {
      threads.shutdown();
    }
  }

  private boolean tell(
      List<Seen> seen, Map<String, String> alone, double seconds, PrintWriter out) {
    List<Seen> failed = seen.stream().filter(s -> !s.error().isEmpty()).toList();
    long mixed =
        seen.stream()
            .filter(s -> s.error().isEmpty())
            .filter(s -> !s.text().equals(alone.get(s.version() + s.prompt())))
            .count();
    long before = seen.stream().filter(s -> s.version().equals("v0000")).count();
    long after = seen.stream().filter(s -> s.version().equals(SWAPPED)).count();
    int written = seen.stream().mapToInt(Seen::tokens).sum();
    out.printf(
        "requests   %d of %d clients, %d tokens each; %d failed%n",
        seen.size(), clients, tokens, failed.size());
    failed.stream().limit(3).forEach(s -> out.println("           " + s.error()));
    out.printf("versions   %d answers of v0000, %d of %s%n", before, after, SWAPPED);
    out.printf("as alone   %d of %d; %d differ%n", seen.size() - mixed, seen.size(), mixed);
    out.printf(
        "latency    p50 %.2f s, p99 %.2f s%n",
        at(seen, 0.5, Seen::whole), at(seen, 0.99, Seen::whole));
    out.printf(
        "first      p50 %.2f s, p99 %.2f s%n",
        at(seen, 0.5, Seen::first), at(seen, 0.99, Seen::first));
    out.printf(
        "written    %,d tokens in %.1f s: %,.0f tokens/s%n", written, seconds, written / seconds);
    out.flush();
    return failed.isEmpty() && mixed == 0 && after > 0;
  }

  /** The smallest value that so large a share does not exceed. */
  private static double at(List<Seen> seen, double share, ToDoubleFunction<Seen> of) {
    double[] sorted = seen.stream().mapToDouble(of).sorted().toArray();
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
