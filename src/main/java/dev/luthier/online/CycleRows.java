package dev.luthier.online;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a cycle learns from and is measured on: the folder {@code snapshot} of a cycle.
 *
 * @param counts what is in it
 */
record CycleRows(Path folder, Counts counts) {
  static final String FOLDER = "snapshot";
  static final String TRAIN = "train.jsonl";
  static final String REWARD = "reward.jsonl";
  static final String HELD_OUT = "held-out.jsonl";
  static final String PROMPTS = "prompts.jsonl";
  private static final String COUNTS = "rows.json";

  /**
   * @param feedback all that there is
   * @param accepted of it
   * @param quarantined of it
   * @param rejected of it
   * @param fresh accepted feedback that no cycle had seen accepted before
   * @param rows made of that
   * @param replayed rows of earlier cycles among those to learn from
   * @param heldOut rows to measure on
   */
  record Counts(
      long feedback,
      long accepted,
      long quarantined,
      long rejected,
      long fresh,
      long rows,
      long replayed,
      long heldOut) {
    String text() {
      return "%d pieces of feedback, %d accepted (%d new), %d quarantined, %d rejected; %d new rows, %d of earlier cycles, %d held out"
          .formatted(feedback, accepted, fresh, quarantined, rejected, rows, replayed, heldOut);
    }
  }

  static CycleRows read(Path cycle) {
    Path folder = cycle.resolve(FOLDER);
    return new CycleRows(folder, HomeJson.read(folder.resolve(COUNTS), Counts.class));
  }

  static void write(Path folder, Counts counts) {
    HomeJson.write(folder.resolve(COUNTS), counts);
  }

  Path train() {
    return folder.resolve(TRAIN);
  }

  Path reward() {
    return folder.resolve(REWARD);
  }

  Path prompts() {
    return folder.resolve(PROMPTS);
  }

  Optional<Path> heldOut() {
    return Optional.of(folder.resolve(HELD_OUT)).filter(Files::exists);
  }
}
