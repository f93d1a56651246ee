package dev.luthier.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of UltraFeedback (Cui et al. 2023, https://arxiv.org/abs/2310.01377): {@code
 * completions} is a list of objects with {@code response}, {@code annotations} (an object with a
 * {@code Rating} for each aspect) and {@code overall_score}, which becomes the aspect {@code
 * overall}. At least one of the two must be there.
 */
final class UltraFeedback {
  private static final String COLUMN = "completions";
  private static final String OVERALL = "overall_score";

  private UltraFeedback() {}

  static Example read(Row row) {
    Said prompt = Prompts.of(row);
    List<Example.Answered> each = new ArrayList<>();
    List<Map<String, Double>> grades = new ArrayList<>();
    for (Map<String, Object> completion : objects(row)) {
      String name = COLUMN + "." + each.size() + ".";
      String response = name + "response";
      Map<String, Object> cells = new LinkedHashMap<>();
      cells.put(response, completion.get("response"));
      Said answer = Said.answer(new Row(cells, row.place()), response);
      each.add(prompt.with(answer, List.of(), response));
      grades.add(grades(name, completion));
    }
    return Grades.graded(each, grades);
  }

  private static List<Map<String, Object>> objects(Row row) {
    try {
      return Cells.of(row).objects(COLUMN);
    } catch (RefusedRow e) {
      throw new RefusedRow(
          e.reason()
              + ", each with response and overall_score or annotations; or give scores beside");
    }
  }

  private static Map<String, Double> grades(String name, Map<String, Object> completion) {
    Map<String, Double> out = new LinkedHashMap<>();
    Map<String, Object> annotations = JsonText.object(completion.get("annotations"));
    if (annotations != null) {
      annotations.forEach(
          (aspect, value) -> {
            Map<String, Object> said = JsonText.object(value);
            @Nullable Object rating = said == null ? value : said.get("Rating");
            out.put(aspect, Grades.number(name + "annotations." + aspect, rating));
          });
    }
    @Nullable Object overall = completion.get(OVERALL);
    if (overall != null) {
      out.put(Judgement.Graded.OVERALL, Grades.number(name + OVERALL, overall));
    }
    if (out.isEmpty()) {
      throw new RefusedRow(
          "column \"%s\" has an answer without %s or annotations".formatted(COLUMN, OVERALL));
    }
    return out;
  }
}
