package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The checkpoints of a run: {@code checkpoints/step-000120/} with {@code state.safetensors} and
 * {@code state.json}. Each is written beside and renamed, so that a process killed at any moment
 * leaves every checkpoint whole or absent. The last {@code keep} are kept, and the one that the
 * file {@code checkpoints/best} names.
 */
public final class Checkpoints {
  private static final String PREFIX = "step-";
  private static final String TENSORS = "state.safetensors";
  private static final String STATE = "state.json";
  private static final String STEP = "step";
  private static final String BEST = "best";

  private final Path folder;
  private final int keep;

  /**
   * A whole checkpoint.
   *
   * @param state what {@link #write} was given: maps, lists, strings, booleans, Long and Double
   * @param passedOver one line for every newer checkpoint that is not whole
   */
  public record Saved(long step, Path dir, Map<String, Object> state, List<String> passedOver) {
    /** The tensors; the caller closes them. */
    public Safetensors tensors() {
      return Safetensors.open(dir.resolve(TENSORS));
    }
  }

  /**
   * Removes what a killed process left half-written in {@code runDir/checkpoints}.
   *
   * @param keep how many of the newest checkpoints stay, at least 1
   */
  public Checkpoints(Path runDir, int keep) {
    if (keep < 1) {
      throw new UserError("checkpoints to keep must be >= 1, was " + keep);
    }
    this.folder = folder(runDir);
    this.keep = keep;
    AtomicDirectory.recover(folder);
  }

  /**
   * Writes the checkpoint of a step, then removes those that are no longer kept.
   *
   * @param tensors by name; read as they are now
   * @param state what JSON can hold; doubles come back bit for bit
   * @return its directory
   * @throws UserError if the disk is full, naming the step up to which the run is saved
   */
  public Path write(long step, Map<String, Tensor> tensors, Map<String, Object> state) {
    if (step < 0 || state.containsKey(STEP)) {
      throw new IllegalArgumentException("step %d with state %s".formatted(step, state.keySet()));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(STEP, step);
    json.putAll(state);
    Path dir = folder.resolve("%s%06d".formatted(PREFIX, step));
    try {
      AtomicDirectory.write(
          dir,
          temporary -> {
            SafetensorsWriter.write(temporary.resolve(TENSORS), tensors, Map.of());
            AtomicFile.write(temporary.resolve(STATE), Json.bytes(json));
          });
    } catch (UserError e) {
      String saved = latest().map(s -> "up to step " + s.step()).orElse("at no step yet");
      throw new UserError("%s; the run is saved %s".formatted(e.getMessage(), saved), e);
    }
    prune();
    return dir;
  }

  /** Makes the checkpoint of a step the best one; it is then kept however old it becomes. */
  public void markBest(long step) {
    Path dir = folder.resolve("%s%06d".formatted(PREFIX, step));
    if (!Files.isDirectory(dir)) {
      throw new IllegalArgumentException("there is no checkpoint of step " + step);
    }
    byte[] name = (dir.getFileName() + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(folder.resolve(BEST), name);
  }

  private static Path folder(Path runDir) {
    return runDir.resolve("checkpoints");
  }

  /** The steps that checkpoints of a run are there of, newest first. */
  public static List<Long> steps(Path runDir) {
    return all(folder(runDir)).stream().map(Checkpoints::step).toList();
  }

  /** The newest checkpoint that is whole; empty if there is none. */
  public Optional<Saved> latest() {
    List<String> passedOver = new ArrayList<>();
    for (Path dir : all(folder)) {
      try {
        return Optional.of(read(dir, passedOver));
      } catch (UserError e) {
        passedOver.add("checkpoint %s is not whole: %s".formatted(dir, e.getMessage()));
      }
    }
    if (!passedOver.isEmpty()) {
      throw new UserError(
          "none of %d checkpoints is whole: %s".formatted(passedOver.size(), passedOver.get(0)));
    }
    return Optional.empty();
  }

  /**
   * The checkpoint marked as best; empty if none was.
   *
   * @throws UserError if it is not whole
   */
  public Optional<Saved> best() {
    return bestDir().map(dir -> read(dir, List.of()));
  }

  private Optional<Path> bestDir() {
    Path pointer = folder.resolve(BEST);
    try {
      return Files.exists(pointer)
          ? Optional.of(folder.resolve(Files.readString(pointer).strip()))
          : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(pointer, e), e);
    }
  }

  /** Opening checks the header against the file's size, so a short file is noticed here. */
  private static Saved read(Path dir, List<String> passedOver) {
    Map<String, Object> state = Json.map(dir.resolve(STATE));
    long step = step(dir);
    if (!Long.valueOf(step).equals(state.remove(STEP))) {
      throw new UserError("%s: does not belong to step %d".formatted(dir.resolve(STATE), step));
    }
    Saved saved = new Saved(step, dir, state, List.copyOf(passedOver));
    saved.tensors().close();
    return saved;
  }

  private static long step(Path dir) {
    return Long.parseLong(dir.getFileName().toString().substring(PREFIX.length()));
  }

  /** Newest first. */
  private static List<Path> all(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> p.getFileName().toString().matches(PREFIX + "\\d{6,18}"))
          .sorted(Comparator.comparingLong(Checkpoints::step).reversed())
          .toList();
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(folder, e), e);
    }
  }

  private void prune() {
    Optional<Path> best = bestDir();
    all(folder).stream()
        .skip(keep)
        .filter(dir -> !best.equals(Optional.of(dir)))
        .forEach(AtomicDirectory::remove);
  }
}
