package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuthierTest {
  private static void refused(String line, String... args) {
    assertThat(luthier(args)).isEqualTo(new Said(2, "", line + System.lineSeparator()));
  }

  @Test
  void showsItsCommands() {
    for (String[] args : new String[][] {{}, {"--help"}, {"-h"}}) {
      Said outcome = luthier(args);
      assertThat(outcome.code()).isZero();
      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.out())
          .contains(
              "train",
              "generate",
              "chat",
              "data",
              "verify",
              "adapter",
              "bench",
              "docs",
              "advise",
              "recipes/");
    }
    assertThat(luthier("train", "--help").out())
        .contains("--resume", "--dry-run", "--debug", "--key.path=value");
    assertThat(luthier("data").out()).contains("check");
    assertThat(luthier("adapter", "merge", "--help").out()).contains("MODEL ADAPTER OUT");
  }

  @Test
  void namesTheNearestCommandAndOption() {
    refused("error: unknown command trian; did you mean train?", "trian", "x.yaml");
    refused("error: unknown command frobnicate; see luthier --help", "frobnicate");
    refused("error: unknown command chekc; did you mean check?", "data", "chekc", "x.yaml");
    refused(
        "error: unknown option --resmue; did you mean --resume?", "train", "x.yaml", "--resmue");
    refused("error: unknown option -q; see luthier train --help", "train", "x.yaml", "-q");
    refused(
        "error: unknown option --temprature; did you mean --temperature?",
        "chat",
        "m",
        "--temprature=1");
    refused("error: unexpected argument y; see luthier chat --help", "chat", "x", "y");
  }

  @Test
  void refusesWrongArguments() {
    refused("error: Missing required parameter: 'RECIPE'", "train");
    refused("error: Missing required option: '--reference=FILE'", "verify", "models/tiny-base");
    refused(
        "error: --top-k must be a whole number, was many", "generate", "m", "x", "--top-k", "many");
    refused(
        "error: --optim.lr: write the value behind an =, --optim.lr=VALUE",
        "train",
        "x.yaml",
        "--optim.lr",
        "1e-3");
    refused(
        "error: --system needs the chat template; leave out --plain",
        "generate",
        "m",
        "x",
        "--plain",
        "--system",
        "s");
    refused(
        "error: sampling.top_p must be above 0 and at most 1 (off), was 2.0",
        "generate",
        "m",
        "x",
        "--top-p",
        "2");
  }

  @Test
  void refusesWrongRecipesInOneLine(@TempDir Path dir) throws IOException {
    Path recipe = dir.resolve("r.yaml");
    refused("error: " + recipe + ": there is no such recipe", "train", recipe.toString());
    Files.writeString(recipe, "{ model: m, method: sft, data: d, output: o, optim: { lrr: 1 } }");
    refused(
        "error: " + recipe + ": unknown key optim.lrr; did you mean optim.lr?",
        "train",
        recipe.toString());
    Files.writeString(recipe, "{ model: m, method: sft, data: d, output: o }");
    refused(
        "error: --optim.lr=fast: optim.lr must be a number, was \"fast\"",
        "data",
        "check",
        recipe.toString(),
        "--optim.lr=fast");
    refused(
        "error: --sed=1: unknown key sed; did you mean seed?",
        "train",
        recipe.toString(),
        "--sed=1",
        "--dry-run");
  }

  @Test
  void showsTheTraceOnlyWhenAsked() {
    assertThat(luthier("train", "no.yaml").err().lines()).hasSize(1);
    Said debug = luthier("train", "no.yaml", "--debug");
    assertThat(debug.code()).isEqualTo(2);
    assertThat(debug.err())
        .startsWith("error: no.yaml: there is no such recipe")
        .contains("dev.luthier.error.UserError", "\tat dev.luthier");
    assertThat(luthier("--debug", "train", "no.yaml").err()).contains("\tat dev.luthier");
    assertThat(luthier("train", "--debug").err()).contains("\tat picocli");
  }

  @Test
  void cutsForeignErrorsToTheirFirstLine() {
    StringWriter err = new StringWriter();
    RuntimeException torch =
        new RuntimeException(
            "shape '[2]' is invalid\nException raised from view at /x.cpp:1\nframe #0");
    int code = new Failures(() -> false).failed(torch, new PrintWriter(err));
    assertThat(code).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo("error: shape '[2]' is invalid (--debug shows where)");
  }

  @Test
  void namesErrorsOfTheMachine() {
    StringWriter err = new StringWriter();
    new Failures(() -> false).failed(new OutOfMemoryError("Java heap space"), new PrintWriter(err));
    assertThat(err.toString().strip())
        .isEqualTo("error: OutOfMemoryError: Java heap space (--debug shows where)");
  }
}
