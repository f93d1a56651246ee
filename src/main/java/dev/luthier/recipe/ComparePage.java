package dev.luthier.recipe;

import static j2html.TagCreator.h2;
import static j2html.TagCreator.section;

import dev.luthier.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A page of two models' answers side by side, which needs no network. */
final class ComparePage {
  private ComparePage() {}

  static void write(
      Path file,
      SideBySide sides,
      SideTable.Names names,
      Map<String, String> results,
      Map<String, String> asked) {
    String page =
        HtmlReport.page(
            "%s beside %s".formatted(names.after(), names.before()),
            "A comparison of Luthier",
            HtmlReport.facts(
                List.of(
                    new ReportData.Facts("Results", results),
                    new ReportData.Facts("What was compared", asked))),
            section(h2("Answers side by side"), SideTable.of(SideTable.samples(sides), names)));
    AtomicFile.write(file, page.getBytes(StandardCharsets.UTF_8));
  }
}
