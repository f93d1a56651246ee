package dev.luthier.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code metrics.jsonl}: one JSON object a line, {@code {"step": 10, "loss": 2.31, ...,
 * "clock/time": 1767225600.123}}, handed to the system line by line. {@code clock/time} is in
 * seconds since 1970. Values that JSON has no number for are the strings "NaN", "Infinity" and
 * "-Infinity".
 *
 * <p>A resumed run's file is that of the unbroken run but for the fields under {@code clock/}, if
 * what belongs to a step is logged before that step's checkpoint is written.
 */
public final class MetricsFile implements Metrics {
  /** What was logged at a step. */
  public record Line(long step, Map<String, Double> values) {}

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String STEP = "step";

  private final Path file;
  private final Clock clock;
  private final FileChannel channel;

  private MetricsFile(Path file, Clock clock, FileChannel channel) {
    this.file = file;
    this.clock = clock;
    this.channel = channel;
  }

  /** A new, empty file. */
  public static MetricsFile create(Path file, Clock clock) {
    return open(file, clock, 0);
  }

  /**
   * Goes on after a step: lines beyond it, and one that was cut off in the middle, are removed.
   *
   * @param step the step of the checkpoint that the run goes on from; 0 removes all but the lines
   *     of step 0
   * @throws UserError if a line that stays is not what this class writes
   */
  public static MetricsFile resume(Path file, Clock clock, long step) {
    if (!Files.exists(file)) {
      return create(file, clock);
    }
    long kept = 0;
    for (String text : wholeLines(file)) {
      if (parse(file, text).step() > step) {
        break;
      }
      kept += text.getBytes(StandardCharsets.UTF_8).length + 1;
    }
    return open(file, clock, kept);
  }

  private static MetricsFile open(Path file, Clock clock, long kept) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.truncate(kept);
      channel.position(kept);
      return new MetricsFile(file, clock, channel);
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Reads what was logged.
   *
   * @throws UserError naming the line that is not what this class writes
   */
  public static List<Line> read(Path file) {
    return wholeLines(file).stream().map(text -> parse(file, text)).toList();
  }

  private static List<String> wholeLines(Path file) {
    try {
      String text = Files.readString(file);
      List<String> lines = new ArrayList<>();
      int start = 0;
      for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        lines.add(text.substring(start, end));
        start = end + 1;
      }
      return lines;
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Line parse(Path file, String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (!node.path(STEP).isIntegralNumber()) {
        throw new UserError("%s: a line has no step: %s".formatted(file, text));
      }
      Map<String, Double> values = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> e : node.properties()) {
        if (!e.getKey().equals(STEP)) {
          values.put(e.getKey(), Double.valueOf(e.getValue().asText()));
        }
      }
      return new Line(node.path(STEP).longValue(), values);
    } catch (JsonProcessingException | NumberFormatException e) {
      throw new UserError("%s: a line cannot be read: %s".formatted(file, text), e);
    }
  }

  @Override
  public void log(long step, Map<String, Double> values) {
    ObjectNode line = MAPPER.createObjectNode();
    line.put(STEP, step);
    values.forEach(line::put);
    line.put(CLOCK + "time", clock.millis() / 1e3);
    try {
      byte[] text = MAPPER.writeValueAsBytes(line);
      ByteBuffer bytes = ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').flip();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
