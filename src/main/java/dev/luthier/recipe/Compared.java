package dev.luthier.recipe;

import dev.luthier.metric.Interval;
import dev.luthier.metric.WinRate;
import dev.luthier.reward.Score;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * What answers side by side come to.
 *
 * @param rate how often the answer of after is better; empty without a judge
 * @param longer of the prompts with a winner and two lengths, how often it is the longer answer
 * @param decided how many of these prompts there are
 * @param equal how many pairs of answers are the same
 */
record Compared(
    int prompts,
    Optional<WinRate> rate,
    OptionalDouble scoreBefore,
    OptionalDouble scoreAfter,
    OptionalDouble scoreExpected,
    double tokensBefore,
    double tokensAfter,
    long longer,
    long decided,
    long equal) {
  /** From here on a growth of answers is worth a sentence. */
  private static final double MUCH = 0.2;

  static Compared of(SideBySide sides) {
    List<SideBySide.Pair> pairs = sides.pairs();
    List<SideBySide.Pair> decided =
        pairs.stream()
            .filter(p -> p.better() != 0 && p.before().tokens() != p.after().tokens())
            .toList();
    return new Compared(
        pairs.size(),
        sides.judged()
            ? Optional.of(new WinRate(how(pairs, 1), how(pairs, 0), how(pairs, -1)))
            : Optional.empty(),
        score(pairs, p -> p.before().score()),
        score(pairs, p -> p.after().score()),
        score(pairs, SideBySide.Pair::expected),
        tokens(pairs, p -> p.before().tokens()),
        tokens(pairs, p -> p.after().tokens()),
        decided.stream()
            .filter(p -> p.better() > 0 == p.after().tokens() > p.before().tokens())
            .count(),
        decided.size(),
        pairs.stream().filter(SideBySide.Pair::equal).count());
  }

  private static long how(List<SideBySide.Pair> pairs, int better) {
    return pairs.stream().filter(p -> p.better() == better).count();
  }

  private static OptionalDouble score(
      List<SideBySide.Pair> pairs, Function<SideBySide.Pair, Optional<Score>> of) {
    return pairs.stream().flatMap(p -> of.apply(p).stream()).mapToDouble(Score::total).average();
  }

  private static double tokens(List<SideBySide.Pair> pairs, ToIntFunction<SideBySide.Pair> of) {
    return pairs.stream().mapToInt(of).average().orElse(0);
  }

  /** For people. */
  Map<String, String> facts() {
    Map<String, String> out = new LinkedHashMap<>();
    rate.ifPresent(r -> out.put("win rate", text(r)));
    if (scoreBefore.isPresent() && scoreAfter.isPresent()) {
      String own =
          scoreExpected.isPresent()
              ? "; the data's answers %.3f".formatted(scoreExpected.getAsDouble())
              : "";
      out.put(
          "mean score",
          "%.3f -> %.3f%s".formatted(scoreBefore.getAsDouble(), scoreAfter.getAsDouble(), own));
    }
    if (decided > 0) {
      out.put("won by the longer", "%d of %d answers of two lengths".formatted(longer, decided));
    }
    out.put("answers compared", "%d, of which %d are the same".formatted(prompts, equal));
    out.put("tokens of an answer", "%.1f -> %.1f (mean)".formatted(tokensBefore, tokensAfter));
    lengths().ifPresent(sentence -> out.put("note on length", sentence));
    return out;
  }

  private static String text(WinRate rate) {
    Interval interval = rate.interval();
    boolean open = interval.low() < 0.5 && interval.high() > 0.5;
    return "%.3f (95 %%: %.3f to %.3f%s): %d won, %d ties, %d lost"
        .formatted(
            rate.rate(),
            interval.low(),
            interval.high(),
            open ? ", which shows no winner" : "",
            rate.wins(),
            rate.ties(),
            rate.losses());
  }

  /** A sentence where answers became much longer. */
  Optional<String> lengths() {
    double growth = tokensAfter / tokensBefore - 1;
    if (!(tokensBefore > 0 && growth > MUCH)) {
      return Optional.empty();
    }
    return Optional.of(
        "answers grew by %.0f %%; longer answers often score higher without being better, so see whether the longer ones are those that win"
            .formatted(100 * growth));
  }

  /** For programs. */
  Map<String, Double> values() {
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("prompts", (double) prompts);
    rate.ifPresent(
        r -> {
          out.put("win_rate", r.rate());
          out.put("win_rate_low", r.interval().low());
          out.put("win_rate_high", r.interval().high());
          out.put("wins", (double) r.wins());
          out.put("ties", (double) r.ties());
          out.put("losses", (double) r.losses());
        });
    scoreBefore.ifPresent(s -> out.put("score_before", s));
    scoreAfter.ifPresent(s -> out.put("score_after", s));
    scoreExpected.ifPresent(s -> out.put("score_expected", s));
    out.put("tokens_before", tokensBefore);
    out.put("tokens_after", tokensAfter);
    out.put("equal", (double) equal);
    return out;
  }
}
