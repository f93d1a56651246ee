package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.train.MetricsFile;
import dev.luthier.user.Compiled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Trainings of a tiny model by a method that learns from its own answers.
 *
 * @param rewards a key of the method, by which answers differ
 * @param rest the keys data, of train.jsonl and eval.jsonl with 16 and 4 prompts, and optim
 */
record PromptRuns(Path dir, TinyRun tiny, String rewards, String rest) {
  /** The share of letters from a to f among few words: answers differ. */
  static final String REWARDS =
      "rewards: { some: { scorer: { regex: { pattern: '[a-f]' } } },"
          + " short: { scorer: { length: { most: 1, slack: 6 } } } }";

  /** The share of an answer's characters that are small letters. */
  private static final String LETTERS =
      """
      import dev.luthier.reward.*;
      import java.util.List;
      public class Letters implements Reward {
        @Override public List<Score> of(List<Asked> answers) {
          return answers.stream().map(a -> {
            String text = a.answered().said();
            long small = text.chars().filter(c -> c >= 'a' && c <= 'z').count();
            return Score.of(small / (double) Math.max(1, text.length()));
          }).toList();
        }
      }
      """;

  /** By {@link #REWARDS}, four prompts of four answers a rollout. */
  static PromptRuns in(Path dir) throws IOException {
    String rest =
        """
        data: { train: %s/train.jsonl, eval: %s/eval.jsonl }
        optim: { lr: 5e-3, batch: 4, max_steps: 4, epochs: 40 }
        """
            .formatted(dir, dir);
    return written(dir, REWARDS, rest);
  }

  /** By a class that gives every answer another reward. */
  static PromptRuns letters(Path dir, String rest) throws IOException {
    Path classes = Compiled.classes(dir.resolve("classes"), LETTERS);
    return written(
        dir,
        "rewards: { letters: { scorer: { java: { name: org.acme.Letters, jar: %s } } } }"
            .formatted(classes),
        rest);
  }

  private static PromptRuns written(Path dir, String rewards, String rest) throws IOException {
    TinyRun tiny = TinyRun.in(dir.resolve("tiny"));
    List<String> lines = Files.readAllLines(tiny.dir().resolve("train.jsonl"));
    Files.write(dir.resolve("train.jsonl"), lines.subList(0, 16));
    Files.write(dir.resolve("eval.jsonl"), lines.subList(16, 20));
    return new PromptRuns(dir, tiny, rewards, rest);
  }

  Said train(String method, String out, String... more) throws IOException {
    String text =
        """
        model: { path: %s/model, device: cpu }
        method: %s
        peft: { lora: { rank: 4, alpha: 8 } }
        %s
        eval: { every: never, generate: 0 }
        output: %s/out
        """
            .formatted(tiny.dir(), method, rest, dir);
    Path recipe = Files.writeString(dir.resolve("recipe.yaml"), text);
    List<String> args =
        new ArrayList<>(
            List.of("train", recipe.toString(), "--output=" + dir.resolve(out).toString()));
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
    assertThat(said.code()).as(said.out()).isEqualTo(2);
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
    assertThat(dir.resolve("refused")).doesNotExist();
  }

  /** Takes the checkpoint of a step away, so that a run goes on from the one before. */
  void breakOff(String out, int step) throws IOException {
    Path checkpoints = dir.resolve(out).resolve("checkpoints");
    try (var all = Files.walk(checkpoints)) {
      List<Path> gone =
          all.sorted(Comparator.reverseOrder())
              .filter(path -> path.toString().matches(".*step-0*%d(/.*)?".formatted(step)))
              .toList();
      assertThat(gone).isNotEmpty();
      for (Path path : gone) {
        Files.delete(path);
      }
    }
    try (var left = Files.list(checkpoints)) {
      assertThat(left).isNotEmpty();
    }
  }

  /** That two runs left files with the same bytes. */
  void same(String one, String other, String... files) throws IOException {
    for (String file : files) {
      assertThat(Files.readAllBytes(dir.resolve(one).resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(dir.resolve(other).resolve(file)));
    }
  }
}
