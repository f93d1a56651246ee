package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
  private static final Scalar TENTH = new Scalar(0.1);

  private record Outcome(int code, String out, String err) {}

  private static Outcome generate(String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] args =
        Stream.concat(
                Stream.of("generate", "models/tiny-base", "Once upon a time", "--plain"),
                Arrays.stream(options))
            .toArray(String[]::new);
    int code = Luthier.run(args, new PrintWriter(out), new PrintWriter(err));
    return new Outcome(code, out.toString(), err.toString());
  }

  private static void refused(String message, String... options) {
    Outcome outcome = generate(options);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("error: ").contains(message).hasLineCount(1);
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    refused("--samples 2 would be equal", "--samples", "2");
    refused("are for --beams", "--length-penalty", "2");
    refused("are for --beams", "--early-stopping", "never");
    refused("--beams does not draw", "--beams", "2", "--temperature", "1");
    refused("from 1 to the 2 beams, was 3", "--beams", "2", "--samples", "3");
    refused("true, false or never, was maybe", "--beams", "2", "--early-stopping", "maybe");
    refused("--cache-mb must be at least 1, was 0", "--cache-mb", "0");
    refused("beam search ends at end tokens only", "--beams", "2", "--stop", "x");
    refused("raise the limit (--cache-mb)", "--cache-mb", "1", "--max-new-tokens", "900");
  }

  @Test
  void beamsAreShownWithTheirScoresTheBestFirst() {
    Outcome outcome = generate("--beams", "3", "--samples", "2", "--max-new-tokens", "8");
    assertThat(outcome.code()).isZero();
    List<String> heads = outcome.out().lines().filter(l -> l.startsWith("--- ")).toList();
    assertThat(heads).hasSize(2);
    assertThat(heads.get(0)).startsWith("--- 1 of 2, score -");
    assertThat(score(heads.get(0))).isGreaterThanOrEqualTo(score(heads.get(1)));
    assertThat(outcome.err()).contains("keys and values took", "for 3 sequences at once");
  }

  private static double score(String head) {
    return Double.parseDouble(head.substring(head.lastIndexOf(' ')));
  }

  @Test
  void logProbabilitiesStandBehindTheText() {
    Outcome outcome = generate("--logprobs", "--max-new-tokens", "8");
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(9);
    // "," and 7 tokens more: their texts make the text.
    StringBuilder text = new StringBuilder();
    for (String line : lines.subList(1, 9)) {
      assertThat(line).matches("\\s+-\\d+\\.\\d{4}  \".*\"");
      text.append(line, line.indexOf('"') + 1, line.length() - 1);
    }
    assertThat(text).hasToString(lines.get(0));
  }

  @Test
  void benchPrintsBothSpeedsAndTheirRatio() {
    StringWriter out = new StringWriter();
    int code =
        Luthier.run(
            new String[] {
              "bench", "generate", "--batch", "3", "--new-tokens", "4", "--rounds", "1"
            },
            new PrintWriter(out),
            new PrintWriter(new StringWriter()));
    assertThat(code).isZero();
    assertThat(out.toString())
        .contains("batch 1 ", "batch 3 ", "tokens/s", "keys and values")
        .containsPattern("batch 3 makes \\d+\\.\\d times the tokens of batch 1");
  }

  private static Outcome run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Luthier.run(args, new PrintWriter(out), new PrintWriter(err));
    return new Outcome(code, out.toString(), err.toString());
  }

  private static Path adapter(Path folder, int seed) throws IOException {
    Files.createDirectory(folder);
    try (Model model = Models.load(Path.of("models/tiny-base"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, Lora.of(4, 32), seed);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(seed);
      adapted.trainable().forEach(p -> p.value().add_(torch.randn_like(p.value()), TENTH));
      AdapterFiles.save(adapted, folder, "models/tiny-base");
    }
    return folder;
  }

  /** Each row of a file has the answer that its adapter gives alone. */
  @Test
  void rowsOfAFileHaveAdaptersOfTheirOwn(@TempDir Path dir) throws IOException {
    Path a = adapter(dir.resolve("a"), 1);
    Path b = adapter(dir.resolve("b"), 2);
    List<String> prompts = List.of("Once upon a time", "The weather", "My name is", "Once");
    List<String> names = List.of("a", "b", "", "a");
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      String own = names.get(i).isEmpty() ? "" : ", \"adapter\": \"%s\"".formatted(names.get(i));
      file.append("{\"prompt\": \"%s\"%s}%n".formatted(prompts.get(i), own));
    }
    Path rows = Files.writeString(dir.resolve("prompts.jsonl"), file);
    String[] together = {
      "generate",
      "models/tiny-base",
      "--plain",
      "--max-new-tokens",
      "8",
      "--adapter",
      "a=" + a,
      "--adapter",
      "b=" + b,
      "--prompts",
      rows.toString()
    };
    Outcome all = run(together);
    assertThat(all.code()).as(all.err()).isZero();
    List<String> lines = all.out().lines().toList();
    assertThat(lines).hasSize(4);
    for (int i = 0; i < names.size(); i++) {
      List<String> one = new ArrayList<>(List.of(together).subList(0, 5));
      one.add(2, prompts.get(i));
      if (!names.get(i).isEmpty()) {
        one.addAll(List.of("--adapter", names.get(i).equals("a") ? a.toString() : b.toString()));
      }
      Outcome alone = run(one.toArray(String[]::new));
      JsonNode reply = new ObjectMapper().readTree(lines.get(i));
      assertThat(reply.path("adapter").asText()).isEqualTo(names.get(i));
      assertThat(reply.path("answers").get(0).asText().strip()).isEqualTo(alone.out().strip());
    }
    Outcome both =
        run(
            "generate",
            "models/tiny-base",
            "Once",
            "--plain",
            "--max-new-tokens",
            "8",
            "--adapter",
            "b=" + b,
            "--adapter",
            "a=" + a);
    assertThat(both.out().lines().filter(l -> l.startsWith("--- ")))
        .containsExactly("--- b", "--- a");
  }

  @Test
  void whatDoesNotGoWithSeveralAdapters(@TempDir Path dir) throws IOException {
    Path rows =
        Files.writeString(dir.resolve("p.jsonl"), "{\"prompt\": \"x\", \"adapter\": \"z\"}");
    refused("give a PROMPT or --prompts, not both", "--prompts", rows.toString());
    refused("--beams is for one prompt and one adapter", "--adapter", "a=b", "--beams", "2");
    refused("adapter c has no name; write --adapter NAME=c", "--adapter", "a=b", "--adapter", "c");
    refused("one adapter without a name", "--adapter", "b", "--adapter", "c");
    Outcome none = run("generate", "models/tiny-base", "--plain", "--prompts", rows.toString());
    assertThat(none.err())
        .startsWith(
            "error: " + rows + " line 1: there is no adapter z; give it as --adapter z=DIR");
    Outcome other =
        run("generate", "m", "--prompts", rows.toString(), "--adapter", "a=c", "--adapter", "b=d");
    assertThat(other.err())
        .startsWith("error: " + rows + " line 1: there is no adapter z; there are a, b");
    Files.writeString(rows, "{\"question\": \"x\"}");
    Outcome bad = run("generate", "models/tiny-base", "--plain", "--prompts", rows.toString());
    assertThat(bad.err())
        .contains("p.jsonl line 1: there is no text \"prompt\"; columns are [question]");
  }
}
