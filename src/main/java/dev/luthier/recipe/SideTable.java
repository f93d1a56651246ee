package dev.luthier.recipe;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import dev.luthier.recipe.ReportData.Sample;
import dev.luthier.recipe.ReportData.Text;
import dev.luthier.reward.Score;
import j2html.tags.DomContent;
import j2html.tags.specialized.TdTag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers side by side as a table: each prompt in a row of its own, its answers below it. */
final class SideTable {
  private SideTable() {}

  /** What stands above the columns. */
  record Names(String before, String after) {
    static final Names OF_RUNS = new Names("Before training", "After training");
  }

  static DomContent of(List<Sample> samples, Names names) {
    boolean data = samples.stream().anyMatch(s -> !s.expected().text().isEmpty());
    List<String> heads = new ArrayList<>(List.of(names.before(), names.after()));
    if (data) {
      heads.add("In the data");
    }
    List<DomContent> rows = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      rows.add(rows(samples.get(i), i + 1, data));
    }
    return table(thead(tr(each(heads, head -> th(head)))), each(rows, r -> r)).withClass("sides");
  }

  private static DomContent rows(Sample sample, int number, boolean data) {
    return tbody(
        tr(
            td(div("Prompt " + number).withClass("label"), div(sample.prompt()).withClass("asked"))
                .attr("colspan", data ? 3 : 2)),
        tr(
            cell(sample.before(), "before"),
            cell(sample.after(), "after"),
            iff(data, cell(sample.expected(), "expected"))));
  }

  private static TdTag cell(Text text, String kind) {
    return td(
            div(text.text()).withClass("text"),
            iff(!text.note().isEmpty(), div(text.note()).withClass("note")))
        .withClass(text.best() ? kind + " best" : kind);
  }

  /** The samples of a page. */
  static List<Sample> samples(SideBySide sides) {
    return sides.pairs().stream()
        .map(
            pair ->
                new Sample(
                    pair.question().text(),
                    new Text(pair.question().expected(), note(pair.expected(), 0, false), false),
                    side(pair.before(), pair.better() < 0),
                    side(pair.after(), pair.better() > 0)))
        .toList();
  }

  private static Text side(SideBySide.Side side, boolean best) {
    return new Text(side.text(), note(side.score(), side.tokens(), best), best);
  }

  private static String note(Optional<Score> score, int tokens, boolean best) {
    List<String> out = new ArrayList<>();
    if (best) {
      out.add("better");
    }
    score.ifPresent(s -> out.add("score %.3f".formatted(s.total())));
    if (tokens > 0) {
      out.add(tokens == 1 ? "1 token" : tokens + " tokens");
    }
    return String.join(", ", out);
  }
}
