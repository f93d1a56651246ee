package dev.luthier.serve;

import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.online.Made;
import dev.luthier.online.Versions;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Lora;
import dev.luthier.recipe.Quantize;
import dev.luthier.recipe.Voices;
import dev.luthier.recipe.Writer;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

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
      try (Model model = Models.load(MODEL, Compute.CPU);
          Adapted<Model> adapted = Adapted.attach(model, Lora.of(4, 32), seed);
          Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        torch.manual_seed(seed);
        adapted
            .trainable()
            .forEach(p -> p.value().add_(torch.randn_like(p.value()), new Scalar(0.05)));
        AdapterFiles.save(adapted, folder, MODEL.toString());
      }
      versions().add(new Made("v0000", folder, Instant.EPOCH, Optional.empty(), "c" + seed));
    }
    return this;
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
        new Writer.Voice(
            MODEL, Optional.empty(), Optional.empty(), "cpu", new Quantize.None());
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
