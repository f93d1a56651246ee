package dev.luthier.serve;

import dev.luthier.online.Made;
import dev.luthier.online.Versions;
import dev.luthier.recipe.Quantize;
import dev.luthier.recipe.RandomAdapter;
import dev.luthier.recipe.Voices;
import dev.luthier.recipe.Writer;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A home with versions of the small model that ships, whose adapters are random. */
record TestHome(Path dir) {
  static final Path MODEL = Path.of("models/tiny-base");

  Path home() {
    return dir.resolve("home");
  }

  Versions versions() {
    return new Versions(home());
  }

  Path adapter(int seed) {
    return dir.resolve("adapter-" + seed);
  }

  /** Versions v0001, v0002 ... with adapters of seeds 1, 2 ... */
  TestHome with(int count) throws IOException {
    for (int seed = 1; seed <= count; seed++) {
      Path folder = Files.createDirectory(adapter(seed));
      RandomAdapter.write(MODEL, folder, seed, 0.05);
      versions().add(new Made("v0000", folder, Instant.EPOCH, Optional.empty(), "c" + seed));
    }
    return this;
  }

  /** An adapter whose weights are no numbers. */
  Path broken() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("broken"));
    RandomAdapter.write(MODEL, folder, 1, Double.NaN);
    return folder;
  }

  ServeRecipe recipe(HttpSpec http) throws IOException {
    Path file = Files.writeString(dir.resolve("serve.yaml"), "model: " + MODEL + "\n");
    ServeRecipe read = ServeRecipe.read(file, List.of("--home=" + home()));
    return new ServeRecipe(
        read.model(), read.home(), http, read.feedback(), read.filter(), read.online());
  }

  static List<Map<String, Object>> chat(String text) {
    return List.of(Map.of("role", "user", "content", text));
  }

  private static Writer.Manner greedy(int tokens) {
    return new Writer.Manner(Sampling.GREEDY, tokens, List.of(), 0, 1L << 28);
  }

  /** What {@code luthier generate} writes, for each prompt alone, with the model as it is. */
  static List<String> generated(List<String> prompts, int tokens) {
    Writer.Voice voice =
        new Writer.Voice(MODEL, Optional.empty(), Optional.empty(), "cpu", new Quantize.None());
    try (Writer writer = Writer.openForChat(voice, greedy(tokens))) {
      return prompts.stream().map(p -> writer.answer(chat(p), piece -> {})).toList();
    }
  }

  /** The same with an adapter, as {@code luthier generate --adapter NAME=DIR} writes it. */
  List<String> generated(int seed, List<String> prompts, int tokens) {
    try (Voices voices = Voices.open(MODEL, Map.of("a", adapter(seed)), Compute.CPU)) {
      return prompts.stream()
          .map(
              p ->
                  voices
                      .answer(
                          List.of(new Voices.Question("a", p)),
                          text -> voices.chat(chat(text)),
                          1,
                          greedy(tokens))
                      .get(0)
                      .answers()
                      .get(0))
          .toList();
    }
  }
}
