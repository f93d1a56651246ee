package dev.luthier.online;

import dev.luthier.feedback.Asked;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.Standing;
import java.util.List;

/** How much feedback no cycle has seen, counted anew only where something has changed. */
final class Unseen {
  private final Snapshots snapshots;
  private final FeedbackStore store;
  private final Cycles cycles;
  private List<Long> state = List.of();
  private long count;

  Unseen(Snapshots snapshots, FeedbackStore store, Cycles cycles) {
    this.snapshots = snapshots;
    this.store = store;
    this.cycles = cycles;
  }

  long count() {
    List<Long> now =
        List.of(
            store.count(Asked.all()),
            store.pending(),
            store.count(Asked.of(Standing.ACCEPTED)),
            (long) cycles.list().size());
    if (!now.equals(state)) {
      count = snapshots.unseen();
      state = now;
    }
    return count;
  }
}
