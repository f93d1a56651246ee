package dev.luthier.recipe;

import dev.luthier.data.Judgement;
import dev.luthier.error.Check;
import dev.luthier.metric.Concordance;
import dev.luthier.reward.EnsembleWay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How well reward models, alone and together, tell better answers from worse ones, in words.
 *
 * @param ways in which several become one
 */
record ScoreTable(ScoredRows rows, List<Scored> all, List<EnsembleWay> ways) {
  private static final double EVEN = 0.5;

  /** The lines to print. */
  List<String> lines() {
    List<String> out = new ArrayList<>(rows.single() ? order() : accuracy());
    if (all.size() > 1) {
      out.add("together, each score less its model's mean and divided by its deviation:");
      for (EnsembleWay way : ways) {
        double[] scores = Scored.together(all, way);
        out.add(rows.single() ? order(name(way), scores) : measured(name(way), scores));
      }
    }
    return out;
  }

  private static String name(EnsembleWay way) {
    if (way instanceof EnsembleWay.Uncertainty careful) {
      return "mean - %s variance".formatted(Check.text(careful.coefficient()));
    }
    return Schema.name(way);
  }

  /** Single answers, which can only be compared with answers to other prompts. */
  private List<String> order() {
    List<String> out = new ArrayList<>();
    out.add(cells("", "in order", "", "", "mean", "deviation"));
    out.add(cells("chance", share(EVEN), "", "", "", ""));
    for (Scored one : all) {
      double c = Concordance.of(rows.worth(), one.totals());
      out.add(cells(one.name(), share(c), "", "", real(one.mean()), real(one.deviation())));
    }
    out.add(
        "in order: of two answers that are judged unequal, how often the better has the higher"
            + " score");
    return out;
  }

  private String order(String name, double[] scores) {
    return cells(name, share(Concordance.of(rows.worth(), scores)), "", "", "", "");
  }

  /** Rows of several answers. */
  private List<String> accuracy() {
    List<String> out = new ArrayList<>();
    out.add(cells("", "accuracy", "95 % interval", "calibration error", "mean", "deviation"));
    double[] longer = rows.lengths();
    Optional<Map<Measure, Double>> byLonger = tally(longer, Optional.empty());
    Optional<Map<Measure, Double>> byShorter =
        tally(Arrays.stream(longer).map(n -> 0 - n).toArray(), Optional.empty());
    boolean isLonger = value(byLonger, Measure.ACCURACY) >= value(byShorter, Measure.ACCURACY);
    out.add(cells("chance", share(value(byLonger, Measure.CHANCE)), "", "", "", ""));
    out.add(
        cells(
            isLonger ? "the longer answer" : "the shorter answer",
            share(value(isLonger ? byLonger : byShorter, Measure.ACCURACY)),
            interval(isLonger ? byLonger : byShorter),
            "",
            "",
            ""));
    for (Scored one : all) {
      Optional<Map<Measure, Double>> values = tally(one.totals(), Optional.empty());
      out.add(
          cells(
              one.name(),
              share(value(values, Measure.ACCURACY)),
              interval(values),
              share(value(values, Measure.CALIBRATION_ERROR)),
              real(one.mean()),
              real(one.deviation())));
      out.addAll(heads(one));
    }
    return out;
  }

  /** Each head of a model by the grades in the aspect of its name, where there are such. */
  private List<String> heads(Scored one) {
    List<String> out = new ArrayList<>();
    for (String part : one.parts()) {
      Optional<Map<Measure, Double>> values = tally(one.part(part), Optional.of(part));
      if (values.isPresent()) {
        out.add(
            cells(
                "  its " + part,
                share(value(values, Measure.ACCURACY)),
                interval(values),
                share(value(values, Measure.CALIBRATION_ERROR)),
                "",
                ""));
      }
    }
    return out;
  }

  private String measured(String name, double[] scores) {
    Optional<Map<Measure, Double>> values = tally(scores, Optional.empty());
    return cells(name, share(value(values, Measure.ACCURACY)), interval(values), "", "", "");
  }

  /**
   * What scores (K) reach on the rows in which some answer is better, if there are any.
   *
   * @param aspect whose grades count; unset: as the rows are judged
   */
  private Optional<Map<Measure, Double>> tally(double[] scores, Optional<String> aspect) {
    boolean pairs = rows.answers() == 2 * rows.rows().size();
    RewardTally tally = new RewardTally(new ByLength(true), pairs ? EVEN : 0);
    boolean any = false;
    for (int r = 0; r < rows.rows().size(); r++) {
      Judgement judgement = rows.rows().get(r).answers().judgement();
      Optional<Judgement> counts =
          aspect.isEmpty() ? Optional.of(judgement) : only(judgement, aspect.get());
      if (counts.filter(ScoredRows::ordered).isPresent()) {
        double[] own = rows.of(r, scores);
        tally.add(counts.get(), own, own);
        any = true;
      }
    }
    return any ? Optional.of(tally.values()) : Optional.empty();
  }

  private static Optional<Judgement> only(Judgement judgement, String aspect) {
    return judgement instanceof Judgement.Graded graded && graded.aspects().contains(aspect)
        ? Optional.of(graded.only(aspect))
        : Optional.empty();
  }

  private static double value(Optional<Map<Measure, Double>> values, Measure measure) {
    return values.map(v -> v.get(measure)).orElse(Double.NaN);
  }

  private static String interval(Optional<Map<Measure, Double>> values) {
    return values
        .map(
            v ->
                range(
                    v.getOrDefault(Measure.ACCURACY_LOW, Double.NaN),
                    v.getOrDefault(Measure.ACCURACY_HIGH, Double.NaN)))
        .orElse("");
  }

  /** Between two shares. */
  static String range(double low, double high) {
    return share(low) + " to " + share(high);
  }

  /** A share, or a bar where there is none. */
  static String share(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String real(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private String cells(
      String name, String share, String interval, String error, String mean, String deviation) {
    int width = all.stream().mapToInt(one -> one.name().length()).max().orElse(0);
    return String.format(
            Locale.ROOT,
            "%-" + Math.max(20, width) + "s  %8s  %-14s  %17s  %10s  %10s",
            name,
            share,
            interval,
            error,
            mean,
            deviation)
        .stripTrailing();
  }
}
