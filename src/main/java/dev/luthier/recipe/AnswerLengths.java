package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Judgement;
import dev.luthier.data.TrainingRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How long judged answers are, in tokens, their end included. */
final class AnswerLengths {
  private AnswerLengths() {}

  /**
   * The mean of chosen and of rejected answers; of labelled ones that of good and of bad ones;
   * nothing of other rows.
   */
  static Map<String, String> facts(List<? extends TrainingRow> all) {
    List<AnswersRow> rows =
        all.stream().filter(AnswersRow.class::isInstance).map(AnswersRow.class::cast).toList();
    Map<String, String> out = new LinkedHashMap<>();
    List<AnswersRow> pairs =
        rows.stream().filter(r -> r.judgement() instanceof Judgement.Preferred).toList();
    put(out, "tokens of a chosen answer", pairs, 0);
    put(out, "tokens of a rejected answer", pairs, 1);
    put(out, "tokens of a good answer", labelled(rows, true), 0);
    put(out, "tokens of a bad answer", labelled(rows, false), 0);
    return out;
  }

  private static List<AnswersRow> labelled(List<AnswersRow> rows, boolean desirable) {
    return rows.stream()
        .filter(r -> r.judgement().equals(new Judgement.Labelled(desirable)))
        .toList();
  }

  private static void put(Map<String, String> out, String name, List<AnswersRow> rows, int which) {
    OptionalDouble mean = rows.stream().mapToInt(r -> r.each().get(which).targets()).average();
    mean.ifPresent(m -> out.put(name, "%.1f (mean)".formatted(m)));
  }
}
