package dev.luthier.recipe;

import dev.luthier.metric.Agreement;
import dev.luthier.metric.Interval;
import dev.luthier.reward.EnsembleWay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How far several reward models agree, with each other and with the raters, in words. */
record AgreementText(ScoredRows rows, List<Scored> all) {
  /** The lines to print; none where no two answers are compared. */
  List<String> lines() {
    List<int[]> pairs = rows.pairs();
    if (pairs.isEmpty() || all.size() < 2) {
      return List.of();
    }
    Agreement agreement =
        new Agreement(all.stream().map(one -> signs(pairs, one.totals())).toList());
    List<String> out = new ArrayList<>();
    out.add(cells("agreement on %d pairs".formatted(pairs.size()), "alike", "kappa"));
    for (int a = 0; a < all.size(); a++) {
      for (int b = a + 1; b < all.size(); b++) {
        out.add(
            cells(
                all.get(a).name() + ", " + all.get(b).name(),
                ScoreTable.share(agreement.alike(a, b)),
                ScoreTable.share(agreement.kappa(a, b))));
      }
    }
    for (int a = 0; a < all.size(); a++) {
      out.add(
          cells(
              "raters, " + all.get(a).name(),
              ScoreTable.share(agreement.right(a)),
              ScoreTable.share(agreement.kappaWithRaters(a))));
    }
    int[] unanimous = agreement.unanimous();
    out.add(
        cells(
            "all models",
            ScoreTable.share((double) unanimous.length / pairs.size()),
            ScoreTable.share(agreement.kappaOfAll())));
    int[] mean = signs(pairs, Scored.together(all, new EnsembleWay.Mean()));
    out.add("of the pairs on which all models agree, their mean is " + right(mean, unanimous));
    out.add("of those on which they do not, their mean is " + right(mean, agreement.disputed()));
    return out;
  }

  /** For each pair the sign of what its better answer has more than the other. */
  private static int[] signs(List<int[]> pairs, double[] scores) {
    return pairs.stream()
        .mapToInt(pair -> (int) Math.signum(scores[pair[0]] - scores[pair[1]]))
        .toArray();
  }

  private static String right(int[] signs, int[] pairs) {
    if (pairs.length == 0) {
      return "not to be told: there is none";
    }
    double hits = Arrays.stream(pairs).mapToDouble(i -> (1 + signs[i]) / 2.0).sum();
    Interval interval = Interval.wilson(hits, pairs.length);
    return String.format(
        Locale.ROOT,
        "right in %s (%s) of %d",
        ScoreTable.share(hits / pairs.length),
        ScoreTable.range(interval.low(), interval.high()),
        pairs.length);
  }

  private String cells(String name, String alike, String kappa) {
    int width =
        Stream.concat(Stream.of("agreement on 1000000 pairs"), names().stream())
            .mapToInt(String::length)
            .max()
            .orElseThrow();
    return String.format(Locale.ROOT, "%-" + width + "s  %6s  %6s", name, alike, kappa);
  }

  private List<String> names() {
    return all.stream().flatMap(a -> all.stream().map(b -> a.name() + ", " + b.name())).toList();
  }
}
