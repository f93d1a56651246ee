package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code rollouts.jsonl} in the run's directory: what the policy answered, and what that was worth;
 * one answer a line, {@code {"rollout": 1, "prompt": ..., "answer": ..., "reward": 0.5, "parts":
 * {...}, "advantage": -0.7, "tokens": 12, "finish": "end"}}. The answers to a prompt stand side by
 * side. A run that goes on cuts back what it writes anew, so its file is that of the unbroken one.
 */
final class AnswerLog {
  private static final String ROLLOUT = "rollout";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final int most;
  private final Function<int[], String> text;
  private boolean cut;

  /**
   * @param most answers of each rollout that are written: the first ones
   * @param text of a prompt, as the model read it
   */
  AnswerLog(Path run, int most, Function<int[], String> text) {
    this.file = run.resolve("rollouts.jsonl");
    this.most = most;
    this.text = text;
  }

  /**
   * Appends whole lines.
   *
   * @param advantages (N) of the answers
   */
  void write(Rollout rollout, float[] advantages) {
    if (most == 0) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    try {
      if (!cut && Files.exists(file)) {
        cut(rollout.index());
      }
      cut = true;
      for (int i = 0; i < Math.min(most, rollout.answers().size()); i++) {
        lines.append(JSON.writeValueAsString(line(rollout, i, advantages[i]))).append('\n');
      }
      Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  private Map<String, Object> line(Rollout rollout, int answer, float advantage) {
    Completion said = rollout.answers().get(answer);
    Score score = rollout.scores().get(answer);
    Map<String, Object> out = new LinkedHashMap<>();
    out.put(ROLLOUT, rollout.index() + 1);
    out.put("prompt", text.apply(rollout.prompts().get(answer / rollout.samples()).ids()));
    out.put("answer", said.text());
    out.put("reward", score.total());
    out.put("parts", score.parts());
    out.put("advantage", advantage);
    out.put("tokens", said.ids().length);
    out.put("finish", said.finish().name().toLowerCase(Locale.ROOT));
    return out;
  }

  /** Keeps the lines of so many rollouts; one that was cut off in the middle goes, too. */
  private void cut(long rollouts) throws IOException {
    List<String> lines = Files.readString(file).lines().toList();
    StringBuilder kept = new StringBuilder();
    for (String line : lines) {
      if (number(line) > rollouts) {
        break;
      }
      kept.append(line).append('\n');
    }
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(kept.toString().getBytes(StandardCharsets.UTF_8).length);
    }
  }

  private static long number(String line) {
    try {
      JsonNode rollout = JSON.readTree(line).path(ROLLOUT);
      return rollout.isIntegralNumber() ? rollout.longValue() : Long.MAX_VALUE;
    } catch (JsonProcessingException e) {
      return Long.MAX_VALUE; // half a line
    }
  }
}
