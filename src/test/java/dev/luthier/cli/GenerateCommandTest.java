package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GenerateCommandTest {
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
}
