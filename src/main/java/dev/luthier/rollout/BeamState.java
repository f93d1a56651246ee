package dev.luthier.rollout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for one prompt: hypotheses that run, and the best of those that ended. Equal, step by
 * step, to transformers' {@code GenerationMixin._beam_search}, whose comments this follows.
 */
final class BeamState {
  /** A sequence of new tokens; those before its last are its parent's. */
  record Hypothesis(
      @Nullable Hypothesis parent, int token, float logProb, float sum, int length, boolean ended) {
    int[] ids() {
      int[] out = new int[length];
      for (Hypothesis h = this; h != null && h.length > 0; h = h.parent) {
        out[h.length - 1] = h.token;
      }
      return out;
    }

    float[] logProbs() {
      float[] out = new float[length];
      for (Hypothesis h = this; h != null && h.length > 0; h = h.parent) {
        out[h.length - 1] = h.logProb;
      }
      return out;
    }
  }

  /** A hypothesis that ended, with its score. */
  record Scored(Hypothesis hypothesis, double score) {}

  /**
   * A continuation of a running hypothesis.
   *
   * @param beam which one
   * @param sum of the log-probabilities, the token's with it
   * @param logProb of the token
   */
  record Candidate(int beam, int token, float sum, float logProb) {}

  private final Beams beams;
  private final Set<Integer> ends;
  private final int most;
  private final List<Scored> finished = new ArrayList<>(); // the best first, at most width
  private List<Hypothesis> running =
      List.of(new Hypothesis(null, -1, 0, 0, 0, false)); // the best first
  private int[] parents = {0};
  private boolean done;

  /**
   * @param most how many tokens a hypothesis may have
   */
  BeamState(Beams beams, Set<Integer> ends, int most) {
    this.beams = beams;
    this.ends = ends;
    this.most = most;
  }

  /**
   * How many candidates a step wants: enough that {@code width} of them go on even if all others
   * end.
   */
  static int candidates(Beams beams, Set<Integer> ends) {
    return Math.max(2, 1 + ends.size()) * beams.width();
  }

  /** The running hypotheses, the best first; one before the first step. */
  List<Hypothesis> running() {
    return running;
  }

  /** For each running hypothesis, which one before the last step it continues. */
  int[] parents() {
    return parents;
  }

  boolean done() {
    return done;
  }

  /**
   * Goes one token on.
   *
   * @param best the best continuations of all running hypotheses, the best first
   */
  void step(List<Candidate> best) {
    int length = running.get(0).length + 1;
    List<Hypothesis> next = new ArrayList<>();
    int[] from = new int[beams.width()];
    for (int i = 0; i < best.size(); i++) {
      Candidate c = best.get(i);
      boolean ended = ends.contains(c.token);
      Hypothesis h = new Hypothesis(running.get(c.beam), c.token, c.logProb, c.sum, length, ended);
      if (ended || length == most) {
        // Only the best width candidates can be results; the others are there to go on.
        if (i < beams.width()) {
          finished.add(new Scored(h, score(c.sum, length)));
        }
      } else if (next.size() < beams.width()) {
        from[next.size()] = c.beam;
        next.add(h);
      }
    }
    finished.sort(Comparator.comparingDouble(Scored::score).reversed()); // stable
    while (finished.size() > beams.width()) {
      finished.remove(finished.size() - 1);
    }
    parents = Arrays.copyOf(from, next.size());
    running = next;
    done =
        next.isEmpty() || full() && (beams.stopping() == Beams.Stopping.FIRST || !better(length));
  }

  private boolean full() {
    return finished.size() == beams.width();
  }

  /** Whether the best running hypothesis may yet beat the worst that ended. */
  private boolean better(int length) {
    boolean grows = beams.stopping() == Beams.Stopping.CERTAIN && beams.lengthPenalty() > 0;
    double possible = score(running.get(0).sum, grows ? most : length);
    return possible > finished.get(finished.size() - 1).score;
  }

  private double score(float sum, int length) {
    return sum / Math.pow(length, beams.lengthPenalty());
  }

  /** The best that ended, the best first. */
  List<Scored> results() {
    return finished.subList(0, Math.min(beams.keep(), finished.size()));
  }
}
