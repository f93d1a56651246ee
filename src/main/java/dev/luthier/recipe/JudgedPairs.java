package dev.luthier.recipe;

import dev.luthier.data.Candidates;
import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.judge.Pair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The pairs of a row's answers: of K answers K (K - 1) / 2.
 *
 * @param places which answers each pair is about, (i, j) with i before j
 */
record JudgedPairs(Candidates row, List<Pair> pairs, List<int[]> places) {
  private static final String MODELS = "models";

  static JudgedPairs of(Candidates row) {
    List<Pair> pairs = new ArrayList<>();
    List<int[]> places = new ArrayList<>();
    List<Example.Answered> each = row.answers().each();
    for (int i = 0; i < each.size(); i++) {
      for (int j = i + 1; j < each.size(); j++) {
        pairs.add(
            new Pair(
                each.get(i), each.get(j), columns(row, i, j), row.row().place(), label(row, i, j)));
        places.add(new int[] {i, j});
      }
    }
    return new JudgedPairs(row, List.copyOf(pairs), List.copyOf(places));
  }

  /** Those of the row; who wrote several answers stands in a list. */
  private static Map<String, Object> columns(Candidates row, int i, int j) {
    Map<String, Object> out = new LinkedHashMap<>(row.row().columns());
    if (out.get(MODELS) instanceof List<?> models && models.size() == row.answers().each().size()) {
      out.put("model_a", models.get(i));
      out.put("model_b", models.get(j));
    }
    return out;
  }

  private static OptionalDouble label(Candidates row, int i, int j) {
    if (!row.judged()) {
      return OptionalDouble.empty();
    }
    Judgement judgement = row.answers().judgement();
    if (judgement instanceof Judgement.Preferred preferred) {
      return OptionalDouble.of(preferred.probability());
    }
    return OptionalDouble.of(judgement.better(i, j) ? 1 : judgement.better(j, i) ? 0 : 1 / 2.0);
  }
}
