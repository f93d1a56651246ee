package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pairs of raters who like what is wrong, which a script makes. */
class MistakenPairsTest {
  private static final Path DATA = Path.of("data/tiny-chat");

  @TempDir Path dir;

  private Path made(String share, String of) throws IOException, InterruptedException {
    Path out = dir.resolve(of);
    Process process =
        new ProcessBuilder("sh", DATA.resolve("mistaken.sh").toString(), share)
            .redirectInput(DATA.resolve(of).toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor()).isZero();
    return out;
  }

  @Test
  void theShippedFilesAreTheScripts() throws IOException, InterruptedException {
    assertThat(made("60", "preference-train.jsonl"))
        .hasSameBinaryContentAs(DATA.resolve("mistaken-train.jsonl"));
    assertThat(made("0", "preference-eval.jsonl"))
        .hasSameBinaryContentAs(DATA.resolve("mistaken-eval.jsonl"));
  }

  private static List<Sample> read(Path file, boolean columnsKept) {
    return new DataSet(
            file.toString(),
            Optional.empty(),
            Columns.AS_THEY_ARE,
            FileKind.BY_NAME,
            OptionalDouble.empty(),
            OptionalLong.empty(),
            columnsKept)
        .load(Form.TO_PREFER)
        .list();
  }

  private static boolean right(Sample sample) {
    Example.Answers pair = (Example.Answers) sample.example();
    return pair.each().get(0).said().equals(sample.columns().get("expected"));
  }

  /** Of 600 rows with 37 n mod 100 in 0..59, each remainder comes six times: 360 are wrong. */
  @Test
  void theShareIsKept() throws IOException {
    List<String> lines = Files.readAllLines(DATA.resolve("mistaken-train.jsonl"));
    assertThat(lines).hasSize(600);
    long wrong = IntStream.range(0, 600).filter(i -> (37 * (i + 1)) % 100 < 60).count();
    assertThat(wrong).isEqualTo(360);
    List<Sample> read = read(DATA.resolve("mistaken-train.jsonl"), true);
    assertThat(read.stream().filter(s -> !right(s)).count()).isEqualTo(358); // 2 of 6 refused rows
    assertThat(read(DATA.resolve("mistaken-eval.jsonl"), true)).allMatch(MistakenPairsTest::right);
    assertThat(read(DATA.resolve("mistaken-eval.jsonl"), false))
        .allMatch(s -> s.columns().isEmpty());
  }

  /** Conversions keep them. */
  @Test
  void pairsOfARankingKeepTheColumns() throws IOException {
    Files.writeString(
        dir.resolve("r.jsonl"),
        "{\"prompt\": \"p\", \"answers\": [\"a\", \"b\", \"c\"], \"ranks\": [1, 2, 3], \"expected\": \"b\", \"none\": null}\n");
    Samples read = new Samples(read(dir.resolve("r.jsonl"), true), 1, List.of(), List.of());
    List<Sample> pairs = read.converted(new AllPairs()).list();
    assertThat(pairs).hasSize(3).allMatch(s -> "b".equals(s.columns().get("expected")));
    assertThat(pairs.get(0).columns()).containsEntry("none", null);
  }
}
