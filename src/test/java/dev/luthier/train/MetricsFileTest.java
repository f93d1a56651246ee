package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsFileTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-01-01T12:00:00.250Z"), ZoneOffset.UTC);
  private static final Clock LATER = Clock.offset(NOON, java.time.Duration.ofHours(1));

  @TempDir Path dir;

  private static Map<String, Double> values(double loss, double lr) {
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("loss", loss);
    out.put("lr", lr);
    return out;
  }

  @Test
  void oneObjectALine() throws IOException {
    Path file = dir.resolve("metrics.jsonl");
    try (Metrics metrics = MetricsFile.create(file, NOON)) {
      metrics.log(1, values(4.687, 1e-3));
      // Readable while the run goes on. 2026-01-01T12:00Z is 1767268800.
      assertThat(Files.readString(file))
          .isEqualTo("{\"step\":1,\"loss\":4.687,\"lr\":0.001,\"clock/time\":1.76726880025E9}\n");
      metrics.log(2, values(Double.NaN, Double.NEGATIVE_INFINITY));
    }
    assertThat(MetricsFile.read(file).get(1).step()).isEqualTo(2);
    assertThat(MetricsFile.read(file).get(1).values())
        .containsEntry("loss", Double.NaN)
        .containsEntry("lr", Double.NEGATIVE_INFINITY);
  }

  /** The law: killed after step 5, resumed at step 3, the file is that of the unbroken run. */
  @Test
  void resumedIsUnbroken() throws IOException {
    Path unbroken = dir.resolve("unbroken.jsonl");
    try (Metrics metrics = MetricsFile.create(unbroken, NOON)) {
      for (int step = 1; step <= 6; step++) {
        metrics.log(step, values(1.0 / step, 0.1 + step));
      }
    }
    Path resumed = dir.resolve("resumed.jsonl");
    try (Metrics metrics = MetricsFile.create(resumed, NOON)) {
      for (int step = 1; step <= 5; step++) {
        metrics.log(step, values(1.0 / step, 0.1 + step));
      }
    }
    String half = "{\"step\":6,\"lo";
    Files.writeString(resumed, Files.readString(resumed) + half);
    try (Metrics metrics = MetricsFile.resume(resumed, NOON, 3)) {
      for (int step = 4; step <= 6; step++) {
        metrics.log(step, values(1.0 / step, 0.1 + step));
      }
    }
    assertThat(Files.mismatch(unbroken, resumed)).isEqualTo(-1);
  }

  @Test
  void onlyTheClockMayDiffer() {
    Path one = dir.resolve("one.jsonl");
    Path two = dir.resolve("two.jsonl");
    try (Metrics a = MetricsFile.create(one, NOON);
        Metrics b = MetricsFile.create(two, LATER);
        Metrics both = Metrics.all(List.of(a, b))) {
      both.log(7, values(1, 2));
    }
    Map<String, Double> first = new LinkedHashMap<>(MetricsFile.read(one).get(0).values());
    Map<String, Double> second = new LinkedHashMap<>(MetricsFile.read(two).get(0).values());
    assertThat(first).isNotEqualTo(second);
    first.keySet().removeIf(n -> n.startsWith(Metrics.CLOCK));
    second.keySet().removeIf(n -> n.startsWith(Metrics.CLOCK));
    assertThat(first).isEqualTo(second).hasSize(2);
  }

  @Test
  void refusesToResumeWhatItDidNotWrite() throws IOException {
    Path file = Files.writeString(dir.resolve("m.jsonl"), "{\"loss\":1}\n");
    assertThatThrownBy(() -> MetricsFile.resume(file, NOON, 1))
        .isInstanceOf(UserError.class)
        .hasMessage(file + ": a line has no step: {\"loss\":1}");
  }

  @Test
  void resumingWithoutAFileBeginsOne() {
    Path file = dir.resolve("m.jsonl");
    MetricsFile.resume(file, NOON, 3).close();
    assertThat(MetricsFile.read(file)).isEmpty();
  }
}
