package dev.luthier.advise;

import dev.luthier.recipe.Memory;
import dev.luthier.recipe.Outlook;
import dev.luthier.recipe.Outlook.Room;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the planner says of a situation; every question is planned once. */
final class Plans {
  private static final int BATCH = 16;
  private final Map<Outlook, Room> known = new HashMap<>();

  /** The memory that may be used: a tenth stays free (docs/memory.md). */
  static Memory usable(Situation s) {
    return new Memory(s.machine().memory().bytes() / 10 * 9);
  }

  /** The situation with what fits, found with the objective that stands first. */
  Situation found(Situation s, Objective what) {
    Room lora = room(s, what, Tuning.LORA, "none");
    double tight = (double) lora.peak() / usable(s).bytes();
    if (lora.fits()) {
      boolean all = room(s, what, Tuning.FULL, "none").fits();
      return s.with(all ? Fit.ALL_WEIGHTS : Fit.ADAPTERS, tight);
    }
    boolean four = room(s, what, Tuning.QLORA, "nf4").fits();
    return s.with(four ? Fit.FOUR_BITS : Fit.NOTHING, tight);
  }

  Room room(Situation s, Objective what, Tuning by, String quantize) {
    Outlook outlook =
        new Outlook(
            s.shape(),
            s.machine().gpu(),
            method(s, what),
            by.peft(),
            quantize,
            new Outlook.Rows(BATCH, s.length(), LastStage.kind(what)));
    Room room = known.computeIfAbsent(outlook, o -> o.within(usable(s)));
    return beside(room, s, what);
  }

  /** With the frozen reward model of RLHF, in the policy's size. */
  private static Room beside(Room room, Situation s, Objective what) {
    if (what != Objective.RLHF && what != Objective.ONLINE) {
      return room;
    }
    long more = s.shape().weights() * (s.machine().gpu() ? 2 : 6);
    long peak = room.peak() + more;
    boolean fits = room.fits() && peak <= usable(s).bytes();
    return new Room(peak, room.trained(), room.microBatch(), room.checkpoint(), fits);
  }

  /** What stands for the objective in a plan. */
  private static Object method(Situation s, Objective what) {
    int most = s.length() + 16;
    return switch (LastStage.kind(what)) {
      case DEMONSTRATIONS -> Keys.of("sft", Keys.of("max_length", most));
      case LABELLED -> Keys.of("classify", Keys.of("max_length", most));
      case PAIRS -> Keys.of("dpo", Keys.of("max_length", most));
      case PROMPTS ->
          Keys.of(
              what == Objective.GRPO ? "grpo" : "ppo",
              Keys.of(
                  "rewards",
                  Keys.of("short", Keys.of("scorer", Keys.of("length", Keys.of("most", 4)))),
                  "rollout",
                  Keys.of(
                      "samples", 8, "max_new_tokens", Math.max(8, Math.min(256, s.length() / 2))),
                  "max_length",
                  most + 256));
    };
  }

  /** Whether it is ruled out by what was planned. */
  static Optional<String> against(Situation s, Pair pair, Room room) {
    if (!room.fits()) {
      return Optional.of(
          "does not fit: at least %s of the %s that may be used"
              .formatted(new Memory(room.peak()), usable(s)));
    }
    if (s.largest().isPresent() && room.trained() > s.largest().get().bytes()) {
      return Optional.of(
          "adapter too large: %s, above %s"
              .formatted(new Memory(room.trained()), s.largest().get()));
    }
    double hours = Duration.hours(s, pair, room);
    if (s.hours().isPresent() && hours > s.hours().getAsDouble()) {
      return Optional.of(
          "takes too long: about %s, above %s h"
              .formatted(Duration.words(hours), s.hours().getAsDouble()));
    }
    return Optional.empty();
  }
}
