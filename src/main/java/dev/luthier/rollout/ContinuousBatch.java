package dev.luthier.rollout;

import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.model.Request;
import dev.luthier.tensor.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching (Yu et al. 2022, Orca, section 3): every step gives each running sequence one
 * token; a sequence that ends leaves at once, and waiting ones take the free rows while the others
 * go on. A prompt is computed once, in a cache of its own, and its row is copied for each of its
 * samples; where they do not all find a row, the prompt is held until they do.
 */
final class ContinuousBatch implements AutoCloseable {
  /** Free rows are filled when they are this part of all: a pass over few prompts is dear. */
  private static final int REFILL = 8;

  private final Generative model;
  private final Draws draws;
  private final Tally tally;
  private final int places;
  private final Deque<Running> waiting;
  private final List<Running> running = new ArrayList<>();
  private final Decoding rows;
  private @Nullable Started held;

  /**
   * @param places how many run at once
   * @param sequences the longest first; samples of one prompt stand together
   */
  ContinuousBatch(Generative model, Draws draws, Tally tally, int places, List<Running> sequences) {
    this.model = model;
    this.draws = draws;
    this.tally = tally;
    this.places = Math.min(places, sequences.size());
    this.waiting = new ArrayDeque<>(sequences);
    Running longest = sequences.get(0);
    this.rows = model.open(this.places, longest.request().tokens().length, longest.most());
  }

  /** Brings all of them to their ends. */
  void run() {
    while (!waiting.isEmpty() || !running.isEmpty()) {
      if (running.isEmpty() || places - running.size() >= Math.max(1, places / REFILL)) {
        admit();
      }
      if (!running.isEmpty()) {
        step();
      }
    }
  }

  private void admit() {
    while (!waiting.isEmpty() && running.size() < places) {
      List<Running> samples = take();
      Started from = held == null ? start(samples) : held;
      held = from;
      enter(from, samples);
      Running next = waiting.peek();
      if (next == null || !from.has(next)) {
        from.close();
        held = null;
      } else {
        held = from.only(next);
      }
    }
  }

  /** The next that find a row: those whose prompt is held, else as many as start together. */
  private List<Running> take() {
    List<Running> out = new ArrayList<>();
    int tokens = 0;
    @Nullable Request last = null;
    for (Running next = waiting.peek();
        next != null && running.size() + out.size() < places;
        next = waiting.peek()) {
      tokens += next.request() == last ? 0 : next.request().tokens().length;
      boolean fits =
          held == null ? out.isEmpty() || tokens <= Budget.PROMPT_TOKENS : held.has(next);
      if (!fits) {
        break;
      }
      last = next.request();
      out.add(waiting.remove());
    }
    return out;
  }

  private Started start(List<Running> samples) {
    List<Request> prompts = new ArrayList<>();
    for (Running sample : samples) {
      if (prompts.isEmpty() || prompts.get(prompts.size() - 1) != sample.request()) {
        prompts.add(sample.request());
        tally.started(sample.request().tokens().length);
      }
    }
    return Started.of(model, prompts);
  }

  /** Draws the first tokens of samples and takes those that go on among the rows. */
  private void enter(Started from, List<Running> samples) {
    try (Scope scope = new Scope()) {
      draws.take(samples, from.logits(samples));
    }
    List<Running> further = samples.stream().filter(s -> !s.finished()).toList();
    if (!further.isEmpty()) {
      rows.admit(from.state(), from.rows(further));
      running.addAll(further);
    }
    tally.holding(rows.bytes() + from.state().bytes());
  }

  private void step() {
    try (Scope scope = new Scope()) {
      draws.take(running, rows.next(running.stream().mapToInt(Running::last).toArray()));
    }
    tally.stepped(running.size());
    tally.holding(rows.bytes() + (held == null ? 0 : held.state().bytes()));
    if (running.stream().anyMatch(Running::finished)) {
      int[] kept = Gaps.filled(leaving());
      rows.keep(kept);
      List<Running> before = List.copyOf(running);
      running.clear();
      for (int row : kept) {
        running.add(before.get(row));
      }
    }
  }

  private boolean[] leaving() {
    boolean[] out = new boolean[running.size()];
    for (int row = 0; row < out.length; row++) {
      out[row] = running.get(row).finished();
    }
    return out;
  }

  @Override
  public void close() {
    if (held != null) {
      held.close();
    }
    rows.close();
  }
}
