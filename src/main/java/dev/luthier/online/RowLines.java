package dev.luthier.online;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rows of data as lines of JSON. */
record RowLines(List<String> lines) {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final RowLines NONE = new RowLines(List.of());

  RowLines {
    lines = List.copyOf(lines);
  }

  /** None where there is no such file. */
  static RowLines read(Path file) {
    try {
      return Files.exists(file) ? new RowLines(Files.readAllLines(file)) : NONE;
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  void write(Path file) {
    String text = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode node(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new UserError("a row of a snapshot is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Each row with the probability of its weight, drawn from what it says, so that any method learns
   * from it by its weight in the mean.
   */
  RowLines byWeight() {
    return new RowLines(
        lines.stream()
            .filter(line -> share(line) < node(line).path("weight").asDouble(1))
            .toList());
  }

  /** A number from 0 to 1 that the text alone says. */
  private static double share(String text) {
    return Long.parseLong(Journal.key(text).substring(0, 13), 16) / 0x1p52;
  }

  /** Which texts a row is about, whatever it says of them. */
  private static String about(String line) {
    JsonNode row = node(line);
    List<String> texts = new ArrayList<>();
    for (String key : List.of("chosen", "rejected", "completion")) {
      if (row.has(key)) {
        texts.add(row.get(key).toString());
      }
    }
    texts.sort(Comparator.naturalOrder());
    return row.path("prompt") + "\n" + texts;
  }

  /**
   * Rows of these, in an order that the seed draws, that are about none of the same texts as
   * others.
   *
   * @param earlier the newest first; of rows about the same texts the newest one counts
   */
  static RowLines replayed(List<RowLines> earlier, RowLines own, long most, String seed) {
    Set<String> known = new HashSet<>();
    own.lines.forEach(line -> known.add(about(line)));
    List<String> out = new ArrayList<>();
    for (RowLines one : earlier) {
      one.lines.stream().filter(line -> known.add(about(line))).forEach(out::add);
    }
    out.sort(Comparator.comparing(line -> Journal.key(seed + line)));
    return new RowLines(out.subList(0, (int) Math.min(most, out.size())));
  }

  RowLines and(RowLines more) {
    return new RowLines(Stream.concat(lines.stream(), more.lines.stream()).toList());
  }

  /** With those of others that are about none of the same texts, and none about the same twice. */
  RowLines with(RowLines others) {
    Set<String> known = new HashSet<>();
    return new RowLines(
        Stream.concat(lines.stream(), others.lines.stream())
            .filter(line -> known.add(about(line)))
            .toList());
  }

  /** Of each pair two answers, the good one and the bad one. */
  RowLines labels() {
    List<String> out = new ArrayList<>();
    for (String line : lines) {
      JsonNode row = node(line);
      for (String side : List.of("chosen", "rejected")) {
        ObjectNode label = JSON.createObjectNode();
        label.set("prompt", row.path("prompt"));
        label.set("completion", row.path(side));
        label.put("label", side.equals("chosen"));
        out.add(label.put("weight", row.path("weight").asDouble(1)).toString());
      }
    }
    return new RowLines(out);
  }

  /** Each prompt once. */
  RowLines prompts() {
    Set<String> out = new LinkedHashSet<>();
    for (String line : lines) {
      ObjectNode row = JSON.createObjectNode();
      row.set("prompt", node(line).path("prompt"));
      out.add(row.toString());
    }
    return new RowLines(List.copyOf(out));
  }

  int size() {
    return lines.size();
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }
}
