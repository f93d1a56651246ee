package dev.luthier.recipe;

import static j2html.TagCreator.body;
import static j2html.TagCreator.code;
import static j2html.TagCreator.div;
import static j2html.TagCreator.document;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.head;
import static j2html.TagCreator.html;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.p;
import static j2html.TagCreator.pre;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.section;
import static j2html.TagCreator.style;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.title;
import static j2html.TagCreator.tr;

import dev.luthier.io.AtomicFile;
import dev.luthier.recipe.ReportData.Facts;
import dev.luthier.recipe.ReportData.Sample;
import j2html.tags.DomContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * {@code report.html}: one file that a browser shows without a network, with all that a run was,
 * taught and said. Text of the user and of the model is escaped; the page forbids scripts and
 * whatever lies outside it.
 */
public final class HtmlReport {
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

  private static final int WORDS = 28; // characters beyond which a value is text

  private HtmlReport() {}

  /**
   * Writes the page, replacing one that is there.
   *
   * @throws dev.luthier.error.UserError if the place cannot be written
   */
  public static void write(Path file, ReportData data) {
    AtomicFile.write(file, render(data).getBytes(StandardCharsets.UTF_8));
  }

  static String render(ReportData data) {
    return page(
        data.title(),
        "A training run of Luthier",
        facts(data.facts()),
        curves(data.series()),
        samples(data.samples()),
        commands(data.nextCommands()),
        section(h2("Recipe"), pre(code(data.recipeYaml()))));
  }

  /**
   * Any page of Luthier's.
   *
   * @param made what it is, below the title
   */
  static String page(String title, String made, DomContent... parts) {
    return document(
        html(
                head(
                    meta().withCharset("utf-8"),
                    meta().attr("http-equiv", "Content-Security-Policy").withContent(POLICY),
                    meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                    title(title + " - Luthier"),
                    style().with(rawHtml(css()))),
                body(main(h1(title), p(made).withClass("made"), each(parts))))
            .withLang("en"));
  }

  static DomContent facts(List<Facts> blocks) {
    return div(each(
            blocks,
            block ->
                div(h3(block.heading()), table(tbody(each(block.values(), HtmlReport::fact))))
                    .withClass("card facts")))
        .withClass("grid")
        .withStyle("margin-top: 28px");
  }

  /** Numbers stand beside their name, text that needs lines below it. */
  private static DomContent fact(String name, String value) {
    return value.length() > WORDS
        ? tr(td(div(name).withClass("name"), div(value)).attr("colspan", 2).withClass("words"))
        : tr(td(name), td(value));
  }

  private static DomContent curves(List<ReportData.Series> series) {
    return iff(!series.isEmpty(), section(h2("Curves"), plots(series)));
  }

  /** Without fonts nothing can be drawn; the page then says so in place of the plots. */
  private static DomContent plots(List<ReportData.Series> series) {
    try {
      return div(each(Curves.draw(series), HtmlReport::plot)).withClass("plots");
    } catch (LinkageError | InternalError e) {
      return p(
          "The curves could not be drawn, because this system has no usable fonts (%s). Install fontconfig and a font such as DejaVu; every value is in metrics.jsonl."
              .formatted(e));
    }
  }

  /** As an image of its own, since the names inside two drawings may be the same. */
  private static DomContent plot(Curves.Plot plot) {
    byte[] svg = plot.svg().getBytes(StandardCharsets.UTF_8);
    String source = "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg);
    return figure(
            h3(plot.title()),
            iff(svg.length > 0, img().withSrc(source).withAlt("Curve of " + plot.title())),
            iff(!plot.note().isEmpty(), figcaption(plot.note())))
        .withClass("card");
  }

  private static DomContent samples(List<Sample> samples) {
    return iff(
        !samples.isEmpty(),
        section(h2("Answers before and after"), SideTable.of(samples, SideTable.Names.OF_RUNS)));
  }

  private static DomContent commands(List<String> commands) {
    return iff(
        !commands.isEmpty(), section(h2("What to type next"), each(commands, c -> pre(code(c)))));
  }

  private static String css() {
    try (InputStream in =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
