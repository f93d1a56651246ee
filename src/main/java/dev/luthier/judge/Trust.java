package dev.luthier.judge;

import dev.luthier.metric.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a judge can be trusted, by what it said.
 *
 * @param pairs that it was asked about
 * @param position where it reads both answers at once
 * @param cost what it took, in words
 */
public record Trust(
    long pairs,
    List<Verdict> verdicts,
    Optional<PositionBias> position,
    LengthTaste length,
    LabelAgreement agreement,
    SelfPreference self,
    Optional<String> cost) {
  private static final double EVEN = 0.5;
  private static final double POOR = 0.4; // "fair" ends here (Landis and Koch 1977)

  /**
   * @param verdicts on those of the pairs that the judge said something of
   * @param model what the judge's model is called in the file
   */
  public static Trust of(long pairs, List<Verdict> verdicts, Judge judge, String model) {
    return new Trust(
        pairs,
        List.copyOf(verdicts),
        judge.ordered() ? Optional.of(PositionBias.of(verdicts)) : Optional.empty(),
        LengthTaste.of(verdicts),
        LabelAgreement.of(verdicts),
        SelfPreference.of(verdicts, model, pair -> Writers.of(pair.columns())),
        judge.cost());
  }

  private long decided() {
    return verdicts.stream().filter(v -> v.said() != 0).count();
  }

  /** In words. */
  public List<String> lines() {
    List<String> out = new ArrayList<>();
    out.add(
        "judged     %d pairs: %d decided, %d even, %d without a verdict, which are left out"
            .formatted(pairs, decided(), verdicts.size() - decided(), pairs - verdicts.size()));
    cost.ifPresent(text -> out.add("cost       " + text));
    position.ifPresentOrElse(
        bias -> out.addAll(bias.lines()),
        () -> out.add("position   answers are judged one by one; their order cannot matter"));
    out.addAll(length.lines());
    out.addAll(agreement.lines());
    out.addAll(self.lines());
    warnings().forEach(line -> out.add("warning    " + line));
    return out;
  }

  private List<String> warnings() {
    List<String> out = new ArrayList<>();
    position
        .filter(bias -> outside(EVEN, bias.first().interval()))
        .ifPresent(
            bias ->
                out.add(
                    "the judge has a taste for a position; the mean of both orders takes it out, and"
                        + " leaves pairs even that it decided by position alone"));
    if (exceeds(length.judge(), length.labels())) {
      out.add("the judge takes longer answers more often than the file's labels do");
    }
    if (exceeds(self.judge(), self.labels())) {
      out.add("the judge takes its own answers more often than the file's labels do");
    }
    if (agreement.both().of() > 0 && agreement.interval().high() < POOR) {
      out.add(
          "the judge hardly agrees with the file's labels; what is learnt from it is its own taste");
    }
    return out;
  }

  private static boolean exceeds(Share judge, Share labels) {
    return labels.of() > 0 && judge.interval().low() > labels.interval().high();
  }

  private static boolean outside(double value, Interval interval) {
    return value < interval.low() || value > interval.high();
  }

  /** For the report beside the rows. */
  public Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("pairs", pairs);
    out.put("decided", decided());
    out.put("even", verdicts.size() - decided());
    out.put("without_verdict", pairs - verdicts.size());
    cost.ifPresent(text -> out.put("cost", text));
    position.ifPresent(bias -> out.put("position", bias.json()));
    out.put("length", length.json());
    out.put("labels", agreement.json());
    if (self.judge().of() > 0) {
      out.put("self", self.json());
    }
    out.put("warnings", warnings());
    return out;
  }
}
