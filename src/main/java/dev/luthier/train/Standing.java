package dev.luthier.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How the evaluations of a run stand; a checkpoint holds it. */
final class Standing {
  private static final String BEST_STEP = "best_step";
  private static final String BEST_SCORE = "best_score";
  private static final String WORSE = "worse";
  private static final String CALLED_OFF = "called_off";
  private static final String OWED = "evaluation_owed";

  private Optional<Session.Best> best = Optional.empty();
  private long worse;
  private boolean owed;
  private boolean calledOff;

  /** What a checkpoint holds of it. */
  Map<String, Object> state() {
    Map<String, Object> out = new LinkedHashMap<>();
    best.ifPresent(
        b -> {
          out.put(BEST_STEP, b.step());
          out.put(BEST_SCORE, b.score());
          out.put(WORSE, worse);
        });
    if (owed) {
      out.put(OWED, true);
    }
    if (calledOff) {
      out.put(CALLED_OFF, true);
    }
    return out;
  }

  void restore(Map<String, Object> state) {
    if (state.get(BEST_STEP) instanceof Long step
        && state.get(BEST_SCORE) instanceof Double score) {
      best = Optional.of(new Session.Best(step, score));
      worse = (Long) state.getOrDefault(WORSE, 0L);
    }
    owed = state.containsKey(OWED);
    calledOff = state.containsKey(CALLED_OFF);
  }

  /** Counts an evaluation, and says whether it is the best so far. */
  boolean isBest(long step, Evaluation measured) {
    double score = measured.score();
    calledOff |= measured.alarm().filter(Evaluation.Alarm::ends).isPresent();
    if (best.isEmpty() || score > best.get().score()) {
      best = Optional.of(new Session.Best(step, score));
      worse = 0;
      return true;
    }
    worse++;
    return false;
  }

  Optional<Session.Best> best() {
    return best;
  }

  /**
   * Whether the run is to end: so many evaluations without a better one, or an alarm that ends it.
   */
  boolean enough(Optional<Integer> patience) {
    return calledOff || patience.filter(p -> worse >= p).isPresent();
  }

  /** Whether an evaluation failed after the last step, and is still to be made. */
  boolean owed() {
    return owed;
  }

  void owed(boolean still) {
    owed = still;
  }
}
