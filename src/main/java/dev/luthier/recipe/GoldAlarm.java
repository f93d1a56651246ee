package dev.luthier.recipe;

import dev.luthier.train.Evaluation;
import dev.luthier.train.MetricsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether the reward that is learnt from and the gold measure part: since the evaluation b
 * at which gold was best, the start included, the reward rose and gold fell by more than the error
 * of the difference, <br>
 * r &gt; r_b and g_b - g &gt; sqrt(se_b^2 + se^2). <br>
 * A reward that is optimised too far does so first (Gao et al. 2022,
 * https://arxiv.org/abs/2210.10760).
 */
final class GoldAlarm {
  static final String RAISED = "eval/alarm";
  private static final String REWARD = "eval/" + Measure.REWARD.key();
  private static final String GOLD = "eval/" + Measure.GOLD.key();
  private static final String ERROR = "eval/" + AnswerTally.GOLD_ERROR;

  private final Path metrics;
  private final Optional<Integer> stop;
  private @Nullable List<Map<String, Double>> before; // null until the first question

  /**
   * @param metrics what the run has logged so far, as one that goes on finds it
   * @param stop how many evaluations running with an alarm end the run
   */
  GoldAlarm(Path metrics, Optional<Integer> stop) {
    this.metrics = metrics;
    this.stop = stop;
  }

  /** Looks at an evaluation; the values are those that are logged. */
  Optional<Evaluation.Alarm> at(long step, Map<String, Double> now) {
    List<Map<String, Double>> past = before == null ? read(step) : before;
    before = past;
    Optional<Map<String, Double>> best =
        past.stream().max(Comparator.comparingDouble(values -> values.getOrDefault(GOLD, -1e300)));
    Optional<Evaluation.Alarm> alarm =
        best.filter(b -> parted(b, now)).map(b -> alarm(past, b, now));
    Map<String, Double> kept = new HashMap<>(now);
    alarm.ifPresent(a -> kept.put(RAISED, 1.0));
    past.add(kept);
    return alarm;
  }

  private List<Map<String, Double>> read(long step) {
    List<Map<String, Double>> out = new ArrayList<>();
    if (Files.exists(metrics)) {
      MetricsFile.read(metrics).stream()
          .filter(line -> line.step() < step && line.values().containsKey(GOLD))
          .forEach(line -> out.add(line.values()));
    }
    return out;
  }

  /** NaN, such as the error of a single row, parts nothing. */
  static boolean parted(Map<String, Double> best, Map<String, Double> now) {
    double error = Math.hypot(of(best, ERROR), of(now, ERROR));
    return of(now, REWARD) > of(best, REWARD) && of(best, GOLD) - of(now, GOLD) > error;
  }

  private Evaluation.Alarm alarm(
      List<Map<String, Double>> past, Map<String, Double> best, Map<String, Double> now) {
    int running = 1;
    for (int i = past.size() - 1; i >= 0 && past.get(i).containsKey(RAISED); i--) {
      running++;
    }
    boolean ends = stop.isPresent() && running >= stop.get();
    String line =
        "the reward rose (%.3f -> %.3f) while the gold measure fell from its best (%.3f -> %.3f): the policy learns to deceive the reward%s"
            .formatted(
                of(best, REWARD),
                of(now, REWARD),
                of(best, GOLD),
                of(now, GOLD),
                ends ? "; the run ends, as gold_stop says" : "");
    return new Evaluation.Alarm(line, ends);
  }

  private static double of(Map<String, Double> values, String name) {
    return values.getOrDefault(name, Double.NaN);
  }
}
