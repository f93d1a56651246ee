package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.recipe.ReportData.Facts;
import dev.luthier.recipe.ReportData.Sample;
import dev.luthier.recipe.ReportData.Series;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HtmlReportTest {
  @TempDir Path dir;

  private static Series series(
      String name, long[] steps, java.util.function.DoubleUnaryOperator f) {
    return new Series(
        name, steps, LongStream.of(steps).mapToDouble(s -> f.applyAsDouble(s)).toArray());
  }

  private static ReportData example() {
    long[] every = LongStream.rangeClosed(1, 252).toArray();
    long[] evals = {50, 100, 150, 200, 252};
    Map<String, String> results = new LinkedHashMap<>();
    results.put("evaluation loss", "4.687 → 0.243");
    results.put("exact match", "0.64");
    results.put("time", "4 min 12 s");
    Map<String, String> model = new LinkedHashMap<>();
    model.put("path", "models/tiny-base");
    model.put("parameters", "6,951,168");
    model.put("trained", "196,608 (2.8 %)");
    Map<String, String> data = new LinkedHashMap<>();
    data.put("rows read", "2,000");
    data.put("refused", "0");
    data.put("longest", "118 tokens");
    return new ReportData(
        "sft-lora",
        "model:\n  path: models/tiny-base\nmethod:\n  sft: {}\noptim:\n  lr: 0.001\n",
        List.of(new Facts("Result", results), new Facts("Model", model), new Facts("Data", data)),
        List.of(
            series("loss", every, s -> 4.4 * Math.exp(-s / 45.0) + 0.2 + 0.08 * Math.sin(s * 1.7)),
            series("eval/loss", evals, s -> 4.4 * Math.exp(-s / 45.0) + 0.25),
            series("lr", every, s -> 1e-3 * Math.min(s / 13.0, (252 - s) / 239.0)),
            series("grad_norm", every, s -> 1.5 + Math.cos(s / 9.0)),
            series("clock/tokens_per_second", every, s -> 2000 + 50 * Math.sin(s))),
        List.of(
            new Sample("What is 17 + 25?", "42", "The man was in the garden and", "42"),
            new Sample(
                "Say <b>hi</b> & \"bye\"", "", "</div><script>alert(1)</script>", "hi\n  bye")),
        List.of("./luthier chat models/tiny-base --adapter runs/sft-lora/adapter"));
  }

  private static String svg(String html, int index) {
    Matcher m = Pattern.compile("data:image/svg\\+xml;base64,([A-Za-z0-9+/=]+)").matcher(html);
    for (int i = 0; i <= index; i++) {
      assertThat(m.find()).isTrue();
    }
    return new String(Base64.getDecoder().decode(m.group(1)), StandardCharsets.UTF_8);
  }

  @Test
  void holdsEverythingAndNeedsNothing() throws IOException {
    Path file = dir.resolve("report.html");
    HtmlReport.write(file, example());
    String html = Files.readString(file);
    assertThat(html)
        .startsWith("<!DOCTYPE html>")
        .contains("<h1>sft-lora</h1>", "4.687 → 0.243", "6,951,168", "118 tokens")
        .contains("What is 17 + 25?", "./luthier chat models/tiny-base --adapter")
        .contains("  path: models/tiny-base\nmethod:")
        .doesNotContain("http://", "https://", "src=\"/", "<link", "@import");
    // loss and eval/loss share a plot: four plots for five series.
    assertThat(html.split("data:image/svg", -1)).hasSize(5);
    assertThat(svg(html, 0)).contains("<svg").contains("eval/loss");
  }

  @Test
  void escapesWhatPeopleAndModelsWrote() {
    assertThat(HtmlReport.render(example()))
        .doesNotContain("<script", "<b>hi")
        .contains("&lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
        .contains("Say &lt;b&gt;hi&lt;/b&gt; &amp; &quot;bye&quot;")
        .contains("hi\n  bye");
  }

  @Test
  void saysWhatIsNotDrawn() {
    long[] steps = LongStream.rangeClosed(1, 1001).toArray();
    List<Curves.Plot> plots =
        Curves.draw(
            List.of(
                series("loss", steps, s -> s == 7 ? Double.NaN : 1 / s),
                series("bad", new long[] {1}, s -> Double.POSITIVE_INFINITY)));
    // 1,000 finite values in at most 400 points: groups of 3.
    assertThat(plots.get(0).note())
        .isEqualTo(
            "loss: each point is the mean of 3; loss: 1 of 1001 values are not finite and not drawn");
    assertThat(plots.get(1).svg()).isEmpty();
    assertThat(plots.get(1).note()).isEqualTo("bad: 1 of 1 values are not finite and not drawn");
  }

  /** The prompt over the whole width, scores below the answers, the better one marked. */
  @Test
  void answersStandSideBySideWithTheirScores() {
    ReportData.Sample judged =
        new Sample(
            "Why?",
            new ReportData.Text("So.", "score 0.900", false),
            new ReportData.Text("No", "score 0.100, 2 tokens", false),
            new ReportData.Text("Because", "better, score 0.500, 3 tokens", true));
    String html =
        HtmlReport.render(
            new ReportData("x", "", List.of(), List.of(), List.of(judged), List.of()));
    assertThat(html)
        .contains("<th>Before training</th><th>After training</th><th>In the data</th>")
        .contains("<td colspan=\"3\">")
        .contains("<td class=\"after best\"><div class=\"text\">Because</div>")
        .contains("<div class=\"note\">score 0.100, 2 tokens</div>");
    ReportData.Sample bare = new Sample("Why?", "", "a", "b");
    assertThat(SideTable.of(List.of(bare), new SideTable.Names("A", "B")).render())
        .contains("<th>A</th><th>B</th></tr>")
        .doesNotContain("In the data", "note");
  }

  @Test
  void anEmptyRunHasAReportToo() {
    ReportData empty = new ReportData("x", "", List.of(), List.of(), List.of(), List.of());
    assertThat(HtmlReport.render(empty))
        .contains("<h1>x</h1>")
        .doesNotContain("Curves", "Answers before");
  }
}
