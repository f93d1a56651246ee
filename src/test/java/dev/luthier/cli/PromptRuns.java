package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.train.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Short runs on sixteen prompts that learn from the model's own answers, four prompts of four
 * answers a rollout.
 */
record PromptRuns(Path dir, Path model) {
  /** The share of letters from a to f among few words: answers differ. */
  static final String REWARDS =
      "rewards: { some: { scorer: { regex: { pattern: '[a-f]' } } },"
          + " short: { scorer: { length: { most: 1, slack: 6 } } } }";

  static PromptRuns in(Path dir) throws IOException {
    TinyRun tiny = TinyRun.in(dir.resolve("tiny"));
    List<String> lines = Files.readAllLines(tiny.dir().resolve("train.jsonl"));
    Files.write(dir.resolve("train.jsonl"), lines.subList(0, 16));
    Files.write(dir.resolve("eval.jsonl"), lines.subList(16, 20));
    return new PromptRuns(dir, tiny.dir().resolve("model"));
  }

  /** Trains; {@code more} are keys of the command line. */
  Said train(String method, String out, String... more) throws IOException {
    String text =
        """
        model: { path: %s, device: cpu }
        method: %s
        peft: { lora: { rank: 4, alpha: 8 } }
        data: { train: %s/train.jsonl, eval: %s/eval.jsonl }
        optim: { lr: 5e-3, batch: 4, max_steps: 4, epochs: 40 }
        eval: { every: never, generate: 0 }
        output: %s/out
        """
            .formatted(model, method, dir, dir, dir);
    Path recipe = Files.writeString(dir.resolve("recipe.yaml"), text);
    List<String> args =
        new ArrayList<>(List.of("train", recipe.toString(), "--output=" + dir.resolve(out)));
    args.addAll(List.of(more));
    return Said.luthier(args.toArray(String[]::new));
  }

  /** What every step of a run that ends well logged. */
  List<Map<String, Double>> steps(String method, String out, String... more) throws IOException {
    Said said = train(method, out, more);
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    return logged(out);
  }

  List<Map<String, Double>> logged(String out) {
    return MetricsFile.read(dir.resolve(out).resolve("metrics.jsonl")).stream()
        .map(MetricsFile.Line::values)
        .filter(values -> values.containsKey("loss"))
        .toList();
  }

  /** One line, and nothing written. */
  void refused(String line, String method, String... more) throws IOException {
    Said said = train(method, "refused", more);
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
    assertThat(dir.resolve("refused")).doesNotExist();
  }

  /** As if the run had been killed before a step's checkpoint was written. */
  void forget(String out, int step) throws IOException {
    Path folder = dir.resolve(out).resolve("checkpoints");
    List<Path> all;
    try (var walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      if (path.toString().matches(".*step-0*%d(/.*)?".formatted(step))) {
        Files.delete(path);
      }
    }
    try (var left = Files.list(folder)) {
      assertThat(left.map(Path::toString))
          .noneMatch(path -> path.matches(".*step-0*%d".formatted(step)))
          .isNotEmpty();
    }
  }

  /** Two runs left the same, to the byte. */
  void same(String one, String other, String result) throws IOException {
    for (String file : List.of(result, "rollouts.jsonl")) {
      assertThat(Files.readAllBytes(dir.resolve(one).resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(dir.resolve(other).resolve(file)));
    }
  }
}
