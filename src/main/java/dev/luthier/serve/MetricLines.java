package dev.luthier.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code metrics.jsonl} while a run writes it: whole lines only. */
final class MetricLines {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** How much of the end is looked at for the last values, in bytes. */
  private static final int TAIL = 1 << 16;

  private MetricLines() {}

  /**
   * @param next how many lines there were up to the last of these
   * @param more whether lines follow
   */
  record Part(List<JsonNode> lines, long next, boolean more) {}

  /**
   * @param step the last that was logged, 0 where none was
   * @param loss the last that was logged; a string where it is no finite number
   */
  record Last(long step, @Nullable JsonNode loss) {}

  /**
   * The lines after the first ones.
   *
   * @param from how many are passed over; where the file has fewer, nothing comes, and {@code next}
   *     says how many it has
   * @throws ApiError if it cannot be read
   */
  static Part from(Path file, long from, int limit) {
    List<JsonNode> out = new ArrayList<>();
    long at = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), TAIL)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != '\n') {
          if (at >= from) {
            line.write(b);
          }
          continue;
        }
        if (at >= from && out.size() == limit) {
          return new Part(out, at, true);
        }
        if (at >= from) {
          out.add(parse(line.toString(StandardCharsets.UTF_8), at + 1));
        }
        line.reset();
        at++;
      }
      return new Part(out, at, false);
    } catch (IOException e) {
      throw unreadable();
    }
  }

  private static JsonNode parse(String line, long number) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new ApiError(
          500, "metrics_unreadable", "line %d of the run's metrics is no JSON".formatted(number));
    }
  }

  /** The last step, and the last loss near it. */
  static Last last(Path file) {
    long step = 0;
    JsonNode loss = null;
    for (String line : tail(file)) {
      try {
        JsonNode values = MAPPER.readTree(line);
        step = values.path("step").asLong(step);
        loss = values.hasNonNull("loss") ? values.get("loss") : loss;
      } catch (JsonProcessingException e) {
        // passed over: the list is shown even where one of the runs is broken
      }
    }
    return new Last(step, loss);
  }

  /** The whole lines at the end. */
  private static List<String> tail(Path file) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(0, in.length() - TAIL);
      in.seek(start);
      byte[] bytes = new byte[(int) (in.length() - start)];
      in.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      int first = start == 0 ? 0 : text.indexOf('\n') + 1;
      int end = text.lastIndexOf('\n');
      return end <= first ? List.of() : text.substring(first, end).lines().toList();
    } catch (IOException e) {
      throw unreadable();
    }
  }

  private static ApiError unreadable() {
    return new ApiError(500, "metrics_unreadable", "the run's metrics cannot be read");
  }
}
