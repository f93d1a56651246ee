package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelCardTest {
  @TempDir Path dir;

  @Test
  void anAdaptersCard() throws IOException {
    ModelCard.adapter(
            "sft-lora",
            "models/tiny-base",
            "lora",
            "text-generation",
            List.of("data/tiny-chat/sft-train.jsonl"),
            Map.of("exact | match", "0.64"),
            List.of("./luthier chat models/tiny-base --adapter runs/sft-lora/adapter"),
            "optim:\n  lr: 0.001\n")
        .write(dir);
    assertThat(Files.readString(dir.resolve("README.md")))
        .isEqualTo(
            """
            ---
            library_name: peft
            base_model: models/tiny-base
            pipeline_tag: text-generation
            tags:
            - base_model:adapter:models/tiny-base
            - lora
            - transformers
            ---

            # sft-lora

            Trained with Luthier from `models/tiny-base` on `data/tiny-chat/sft-train.jsonl`.

            ## Results

            | | |
            |---|---|
            | exact \\| match | 0.64 |

            ## Use

            ```sh
            ./luthier chat models/tiny-base --adapter runs/sft-lora/adapter
            ```

            ## Recipe

            ```yaml
            optim:
              lr: 0.001
            ```
            """);
  }

  @Test
  void namesThatYamlWouldMisreadAreQuoted() {
    String text =
        ModelCard.model("x", "yes: #1", "fill-mask", List.of(), Map.of(), List.of(), "a: '```'")
            .text();
    assertThat(text)
        .contains("library_name: transformers\nbase_model: 'yes: #1'\npipeline_tag: fill-mask\n")
        .contains("````yaml\na: '```'\n````\n")
        .doesNotContain("## Use", "## Results");
  }
}
