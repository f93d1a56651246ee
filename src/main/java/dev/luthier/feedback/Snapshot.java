package dev.luthier.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Accepted feedback as training data: a folder with {@code preference-train.jsonl}, {@code
 * feedback-train.jsonl}, {@code sft-train.jsonl}, the same with {@code -eval}, and {@code
 * manifest.json}. A file without rows is not there. The same feedback gives the same bytes, in
 * whatever order it comes.
 *
 * @param at when it was taken
 * @param feedback how much feedback it holds
 * @param light how much was left out because its weight is too small
 * @param ties pairs and labels whose votes cancel out
 * @param comments free texts, of which nothing is learnt here
 * @param parts the files, by their names
 * @param sha256 of the rows of all files
 */
public record Snapshot(
    Path folder,
    Instant at,
    long feedback,
    long light,
    long ties,
    long comments,
    Map<String, Part> parts,
    String sha256) {
  public static final String PREFERENCE = "preference";
  public static final String FEEDBACK = "feedback";
  public static final String SFT = "sft";

  private static final String MANIFEST = "manifest.json";
  private static final String TRAIN = "train";
  private static final String EVAL = "eval";

  /** A file: how many rows, the sum of their weights, and its hash. */
  public record Part(long rows, double weight, String sha256) {}

  private record Manifest(
      String at,
      long feedback,
      long light,
      long ties,
      long comments,
      Map<String, Part> parts,
      String sha256) {}

  public Snapshot {
    parts = new TreeMap<>(parts);
  }

  /** The rows to train on, if there are any: of {@link #PREFERENCE}, {@link #FEEDBACK}, ... */
  public Optional<Path> train(String kind) {
    return file(kind, TRAIN);
  }

  /** The rows that are held out, if there are any. */
  public Optional<Path> eval(String kind) {
    return file(kind, EVAL);
  }

  /** How many rows a kind has to train on. */
  public long rows(String kind) {
    return Optional.ofNullable(parts.get(name(kind, TRAIN))).map(Part::rows).orElse(0L);
  }

  private Optional<Path> file(String kind, String side) {
    String name = name(kind, side);
    return parts.containsKey(name) ? Optional.of(folder.resolve(name)) : Optional.empty();
  }

  private static String name(String kind, String side) {
    return "%s-%s.jsonl".formatted(kind, side);
  }

  /**
   * Writes a folder, replacing one that is there.
   *
   * @param judged any feedback; what is not accepted is passed over
   * @throws UserError if it cannot be written
   */
  public static Snapshot write(List<Judged> judged, SnapshotRules rules, Path folder, Instant at) {
    List<Judged> accepted =
        judged.stream()
            .filter(j -> j.standing() == Standing.ACCEPTED)
            .sorted(
                Comparator.comparing((Judged j) -> j.feedback().at())
                    .thenComparing(j -> j.feedback().id()))
            .toList();
    TrainingRows rows = new TrainingRows(rules);
    long light = 0;
    long comments = 0;
    for (Judged j : accepted) {
      double weight = j.decision().orElseThrow().weight();
      if (weight <= 0 || weight < rules.leastWeight()) {
        light++;
        continue;
      }
      comments += j.feedback().said() instanceof Said.Comment ? 1 : 0;
      rows.add(j, weight);
    }
    Map<String, List<TrainingRow>> files = new TreeMap<>();
    rows.rows()
        .forEach(
            (kind, all) ->
                all.forEach(
                    row ->
                        files
                            .computeIfAbsent(file(kind, row, rules), f -> new ArrayList<>())
                            .add(row)));
    Map<String, String> texts = new LinkedHashMap<>();
    Map<String, Part> parts = new TreeMap<>();
    files.forEach(
        (name, all) -> {
          StringBuilder text = new StringBuilder();
          all.forEach(row -> text.append(Verbatim.line(row.json())).append('\n'));
          texts.put(name, text.toString());
          double weight = all.stream().mapToDouble(TrainingRow::weight).sum();
          parts.put(name, new Part(all.size(), weight, Journal.key(text.toString())));
        });
    String hash = Journal.key(String.join("", texts.values()));
    long used = accepted.size() - light;
    Manifest manifest =
        new Manifest(at.toString(), used, light, rows.ties(), comments, parts, hash);
    AtomicDirectory.write(
        folder,
        temporary -> {
          texts.forEach((name, text) -> write(temporary.resolve(name), text));
          write(temporary.resolve(MANIFEST), JsonForm.indented(manifest));
        });
    return of(folder, manifest);
  }

  private static String file(TrainingRows.Kind kind, TrainingRow row, SnapshotRules rules) {
    boolean held = row.prompt().heldOut(rules.holdout());
    return name(kind.name().toLowerCase(Locale.ROOT), held ? EVAL : TRAIN);
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Snapshot of(Path folder, Manifest m) {
    return new Snapshot(
        folder, Instant.parse(m.at), m.feedback, m.light, m.ties, m.comments, m.parts, m.sha256);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws UserError if it is not there, or no snapshot
   */
  public static Snapshot read(Path folder) {
    Path file = folder.resolve(MANIFEST);
    try {
      return of(folder, JsonForm.MAPPER.readValue(Files.readString(file), Manifest.class));
    } catch (JsonProcessingException e) {
      throw new UserError("%s is no manifest of a snapshot".formatted(file), e);
    } catch (IOException e) {
      throw new UserError("the snapshot %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }
}
