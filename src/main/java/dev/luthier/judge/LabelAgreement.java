package dev.luthier.judge;

import dev.luthier.metric.Agreement;
import dev.luthier.metric.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How far a judge agrees with the labels that a file has. Of pairs of which both say something,
 * Cohen's kappa is 2 p_o - 1 ({@link Agreement}), so its interval is that of p_o.
 *
 * @param both the share of decided pairs on which both agree, by the mean of both orders
 * @param one the same by a single order, each pair in a random one: what asking once would give
 * @param even pairs that the file decides and the judge does not
 * @param kappa NaN of none
 */
record LabelAgreement(Share both, Share one, long even, double kappa) {
  static LabelAgreement of(List<Verdict> verdicts) {
    List<Verdict> labelled = verdicts.stream().filter(v -> v.labelled() != 0).toList();
    List<Verdict> decided = labelled.stream().filter(v -> v.said() != 0).toList();
    int[] signs = decided.stream().mapToInt(v -> v.said() * v.labelled()).toArray();
    double kappa =
        signs.length == 0 ? Double.NaN : new Agreement(List.of(signs)).kappaWithRaters(0);
    return new LabelAgreement(
        new Share(decided.stream().filter(v -> v.said() == v.labelled()).count(), decided.size()),
        once(labelled),
        labelled.size() - decided.size(),
        kappa);
  }

  /** Both orders are as probable, so each counts half. */
  private static Share once(List<Verdict> labelled) {
    double hits = 0;
    for (Verdict v : labelled) {
      hits += hit(v, v.opinion().ahead()) / 2 + hit(v, v.opinion().behind()) / 2;
    }
    return new Share(hits, labelled.size());
  }

  private static double hit(Verdict verdict, double probability) {
    return (1 + Opinion.sign(probability) * verdict.labelled()) / 2.0;
  }

  /** Of kappa, with 95 % confidence. */
  Interval interval() {
    return new Interval(2 * both.interval().low() - 1, 2 * both.interval().high() - 1);
  }

  List<String> lines() {
    if (both.of() + even == 0) {
      return List.of("agreement  not to be told: the file has no labels");
    }
    List<String> out = new ArrayList<>();
    out.add(
        "agreement  with the file's labels on %s of %d decided pairs; %d more are even"
            .formatted(both.told(), both.of(), even));
    if (both.of() > 0) {
      out.add(
          String.format(
              Locale.ROOT,
              "           Cohen's kappa %.3f (%.3f - %.3f); asked in one order alone: agreement %.3f",
              kappa,
              interval().low(),
              interval().high(),
              one.rate()));
    }
    return out;
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("agreement", both.json());
    out.put("agreement_one_order", one.json());
    out.put("even", even);
    out.put("kappa", Double.isNaN(kappa) ? null : kappa);
    out.put("kappa_low", both.of() == 0 ? null : interval().low());
    out.put("kappa_high", both.of() == 0 ? null : interval().high());
    return out;
  }
}
