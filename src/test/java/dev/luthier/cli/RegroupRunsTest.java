package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegroupRunsTest {
  private static final String MODEL = "models/tiny-base";

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kv-heads 3 | kv-heads must divide the model's 8 query heads (1, 2, 4, 8), was 3",
        "--kv-heads 2 --by median      | --by must be mean, first, random, activations or"
            + " principal, was median",
        "--kv-heads 2 --by activations | --by activations reads texts; name them with --data FILE",
        "--kv-heads 2 --data x.jsonl   | --data and --tokens are for --by activations and"
            + " principal",
        "--kv-heads 2 --adapter docs   | --adapter and --adapter-out go together",
      })
  void wrongValuesAreOneLine(String options, String message) {
    Path into = dir.resolve("out");
    Said said = Said.luthier(("regroup " + MODEL + " " + into + " " + options.strip()).split(" "));
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err().lines()).singleElement().asString().startsWith("error: " + message);
    assertThat(into).doesNotExist();
  }

  /** Two heads become one, the model with two teaches it, and LoRA comes on top. */
  @Test
  void stagesFromEndToEnd() throws IOException {
    TinyRun tiny = TinyRun.in(dir.resolve("tiny"));
    String training =
        """
            data: { train: %s/train.jsonl, holdout: 0.2 }
            optim: { lr: 5e-3, batch: 4, max_steps: 6 }
            eval: { every: 6, generate: 0 }
        """
            .formatted(tiny.dir());
    Path recipe =
        Files.writeString(
            dir.resolve("stages.yaml"),
            """
            device: cpu
            output: %1$s/out
            stages:
              grouped:
                regroup:
                  model: %2$s
                  kv_heads: 1
                  by: { activations: { data: %3$s/train.jsonl, tokens: 200 } }
              uptrained:
                model: ${grouped.model}
                method: { distill: { teacher: %2$s, divergence: jsd, share: 0.5, loss_on: all } }
                peft: full
            %4$s
              tuned:
                model: ${uptrained.model}
                method: sft
                peft: { lora: { rank: 2 } }
            %4$s
            """
                .formatted(dir, tiny.model(), tiny.dir(), training));
    assertThat(Said.ok("train", recipe.toString(), "--dry-run"))
        .contains("stage 1 of 3: grouped (regroup)");
    String said = Said.ok("train", recipe.toString());
    assertThat(said).contains("the mean of a group keeps", "of keys and values 1, were 2");
    Path model = dir.resolve("out/uptrained/model");
    assertThat(Golden.json(model.resolve("config.json")).path("num_key_value_heads").asInt())
        .isEqualTo(1);
    assertThat(Files.readString(dir.resolve("out/uptrained/metrics.jsonl")))
        .contains("cross_entropy", "divergence");
    assertThat(dir.resolve("out/tuned/adapter/adapter_config.json")).exists();
  }
}
