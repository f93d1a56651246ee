package dev.luthier.plan;

import dev.luthier.plan.Graph.Input;
import dev.luthier.plan.Graph.Op;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * A backward pass on sizes alone, in the order of libtorch's engine: weights take up their gradient
 * at once, of the other operations the latest goes first. A gradient lives from the operation that
 * makes it to the end of the one that needs it; what an operation kept is freed when it is done.
 */
final class BackwardPass {
  /** A gradient, which several operations may wait with. */
  private static final class Gradient {
    final double bytes;
    int holders;

    Gradient(double bytes) {
      this.bytes = bytes;
    }
  }

  private final Graph graph;
  private final Map<Integer, Double> kept;
  private final Map<Integer, Map<Integer, Gradient>> waiting = new HashMap<>();
  private final int[] open;
  private final PriorityQueue<Integer> ready;
  private double live;
  private double peak;

  private BackwardPass(Graph graph) {
    this.graph = graph;
    this.kept = graph.hidden();
    this.live = kept.values().stream().mapToDouble(b -> b).sum();
    this.open = new int[graph.nodes().size()];
    this.ready =
        new PriorityQueue<>(
            Comparator.comparing((Integer i) -> !graph.nodes().get(i).takesUp())
                .thenComparing(i -> -graph.nodes().get(i).number()));
    graph.nodes().forEach(op -> op.inputs().forEach(in -> open[in.node()]++));
  }

  /** The most that autograd holds at once beside what the program's scopes hold, in bytes. */
  static double peak(Graph graph) {
    return graph.nodes().isEmpty() ? 0 : new BackwardPass(graph).run();
  }

  private double run() {
    deliver(new Input(0, 0), made(graph.bytes(0)));
    ready.add(0);
    while (!ready.isEmpty()) {
      pass(ready.poll());
    }
    return peak;
  }

  private void pass(int at) {
    Op op = graph.nodes().get(at);
    Set<Gradient> arrived = new HashSet<>(waiting.getOrDefault(at, Map.of()).values());
    double meanwhile = Saved.meanwhile(op.name()) * graph.bytes(at);
    note(meanwhile);
    boolean first = true;
    List<Input> inputs = op.inputs();
    Gradient[] out = new Gradient[inputs.size()];
    for (int i = 0; i < out.length; i++) {
      boolean handed =
          arrived.size() == 1
              && (Saved.passes(op.name()) || op.name().equals("AddcmulBackward0") && first);
      out[i] = handed ? arrived.iterator().next() : made(graph.bytes(inputs.get(i)));
      out[i].holders++;
      first = false;
    }
    note(0);
    for (int i = 0; i < out.length; i++) {
      deliver(inputs.get(i), out[i]);
      release(out[i]);
      if (--open[inputs.get(i).node()] == 0) {
        ready.add(inputs.get(i).node());
      }
    }
    Map<Integer, Gradient> done = waiting.remove(at);
    if (done != null) {
      done.values().forEach(this::release);
    }
    live -= kept.getOrDefault(at, 0.0);
  }

  private void deliver(Input to, Gradient gradient) {
    Map<Integer, Gradient> there = waiting.computeIfAbsent(to.node(), n -> new HashMap<>());
    Gradient before = there.get(to.result());
    if (before == null) {
      gradient.holders++;
      there.put(to.result(), gradient);
    } else if (before.holders > 1) { // others need it as it is
      Gradient sum = made(before.bytes);
      sum.holders++;
      note(0);
      release(before);
      there.put(to.result(), sum);
    }
  }

  private Gradient made(double bytes) {
    live += bytes;
    return new Gradient(bytes);
  }

  private void release(Gradient gradient) {
    if (--gradient.holders == 0) {
      live -= gradient.bytes;
    }
  }

  private void note(double more) {
    peak = Math.max(peak, live + more);
  }
}
