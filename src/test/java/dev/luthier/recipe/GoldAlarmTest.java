package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.train.Evaluation;
import dev.luthier.train.MetricsFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the reward and the gold measure part. */
class GoldAlarmTest {
  @TempDir Path dir;

  private static Map<String, Double> values(double reward, double gold, double error) {
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("eval/reward", reward);
    out.put("eval/gold", gold);
    out.put("eval/gold_error", error);
    return out;
  }

  private GoldAlarm alarm(Optional<Integer> stop) {
    return new GoldAlarm(dir.resolve("metrics.jsonl"), stop);
  }

  /**
   * Gold rises, then falls from 0.6 by more than sqrt(0.03^2 + 0.04^2) = 0.05 while the reward goes
   * on; a fall of 0.04, one without a higher reward, and one of a single row are none.
   */
  @Test
  void parts() {
    GoldAlarm alarm = alarm(Optional.empty());
    assertThat(alarm.at(0, values(0.5, 0.5, 0.03))).isEmpty();
    assertThat(alarm.at(10, values(0.6, 0.6, 0.03))).isEmpty();
    assertThat(alarm.at(20, values(0.7, 0.56, 0.04))).isEmpty();
    assertThat(alarm.at(30, values(0.6, 0.3, 0.04))).isEmpty();
    assertThat(alarm.at(40, values(0.8, 0.3, Double.NaN))).isEmpty();
    Evaluation.Alarm raised = alarm.at(50, values(0.8, 0.54, 0.04)).orElseThrow();
    assertThat(raised.ends()).isFalse();
    assertThat(raised.line())
        .contains("the reward rose (0.600 -> 0.800)")
        .contains("fell from its best (0.600 -> 0.540)")
        .doesNotContain("ends");
  }

  /** Two running end it; one that goes on counts those of before. */
  @Test
  void endsTheRun() {
    GoldAlarm alarm = alarm(Optional.of(2));
    Map<String, Double> fallen = values(0.9, 0.2, 0.01);
    try (MetricsFile metrics =
        MetricsFile.create(dir.resolve("metrics.jsonl"), Clock.systemUTC())) {
      Map<String, Double> first = values(0.5, 0.5, 0.01);
      assertThat(alarm.at(0, first)).isEmpty();
      metrics.log(0, first);
      metrics.log(5, Map.of("loss", 1.0));
      assertThat(alarm.at(10, fallen).orElseThrow().ends()).isFalse();
      Map<String, Double> logged = new LinkedHashMap<>(fallen);
      logged.put("eval/alarm", 1.0);
      metrics.log(10, logged);
    }
    assertThat(alarm.at(20, values(0.9, 0.5, 0.01))).isEmpty(); // recovered
    assertThat(alarm.at(30, fallen).orElseThrow().ends()).isFalse();
    assertThat(alarm.at(40, fallen).orElseThrow())
        .satisfies(a -> assertThat(a.line()).endsWith("; the run ends, as gold_stop says"))
        .satisfies(a -> assertThat(a.ends()).isTrue());
    GoldAlarm resumed = alarm(Optional.of(2));
    assertThat(resumed.at(20, fallen).orElseThrow().ends()).isTrue();
  }
}
