package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static dev.luthier.cli.Said.ok;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code luthier data check} on files of judged answers. */
class DataFileCommandTest {
  private static final String MODEL = "--model=models/tiny-base";

  @TempDir Path dir;

  private String file(String name, String... rows) throws IOException {
    return Files.writeString(dir.resolve(name), String.join("\n", rows).replace('\'', '"') + "\n")
        .toString();
  }

  private static void refused(String line, String... args) {
    Said said = luthier(args);
    assertThat(said.err()).isEqualTo("error: " + line + System.lineSeparator());
    assertThat(said.code()).isEqualTo(2);
  }

  @Test
  void aFileIsLookedAt() throws IOException {
    String train =
        file(
            "train.jsonl",
            "{'prompt': '7', 'chosen': '8', 'rejected': '9'}",
            "{'prompt': '7', 'chosen': '9', 'rejected': '8'}");
    String eval = file("eval.jsonl", "{'prompt': '7', 'chosen': '8', 'rejected': '9'}");
    assertThat(ok("data", "check", train, MODEL, "--eval", eval))
        .contains("2 rows read, 0 refused, 2 used: 8 tokens, 2 judged rows")
        .contains("<|bos|>7[[8<|eos|>]]")
        .contains("rather than: 9")
        .contains("1 rows of training judge the same answers otherwise than an earlier row")
        .contains("1 rows of the evaluation are also in training");
  }

  @Test
  void columnsFormAndLengthAreGiven() throws IOException {
    String rows = file("rows.jsonl", "{'q': '7', 'answers': ['8', '9', '77777']}");
    assertThat(
            ok(
                "data",
                "check",
                rows,
                MODEL,
                "--form=ranking",
                "--columns=prompt=q",
                "--max-length=20"))
        .contains("1 rankings of up to 3 answers, 0 of them with ties")
        .contains("the better answer is longer in 0 of 3 pairs, shorter in 2");
    refused(
        "no row is left to train on: all 1 are longer than check.max_length 4",
        "data",
        "check",
        rows,
        MODEL,
        "--form=ranking",
        "--columns=prompt=q",
        "--max-length=4");
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    String rows = file("rows.jsonl", "{'prompt': '7', 'completion': '8', 'label': 2}");
    refused(
        rows
            + " is no recipe (.yaml); to look at a data file, say whose tokenizer reads it: --model"
            + " MODEL",
        "data",
        "check",
        rows);
    refused(
        "%s: none of 1 rows can be used; the first, %s line 1: column \"label\" is 2; true, false, 1 or 0 is needed"
            .formatted(rows, rows),
        "data",
        "check",
        rows,
        MODEL);
    refused(
        "data.form is text, but this method learns from sharegpt-preference, transcript, preference,"
            + " graded, ranking, feedback",
        "data",
        "check",
        rows,
        MODEL,
        "--form=text");
    refused(
        "--eval, --form, --columns and --max-length are for a data file; of a recipe, write"
            + " --data.eval=FILE and so on",
        "data",
        "check",
        "recipes/sft-lora.yaml",
        "--max-length=4");
  }
}
