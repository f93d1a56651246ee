package dev.luthier.plan;

import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Edge;
import org.bytedeco.pytorch.InputMetadata;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.Tensor;

/**
 * What autograd recorded of a step, from the loss down.
 *
 * @param nodes the loss's first
 */
record Graph(List<Op> nodes) {
  /** Of something that has no gradient. */
  static final Graph EMPTY = new Graph(List.of());

  /**
   * One recorded operation.
   *
   * @param name of its node
   * @param number in the order of the forward pass; -1 where a weight takes its gradient up
   * @param results what it made
   * @param seen whether a result was handed to this program, whose scopes then hold it
   * @param inputs the operations that made what it was given, as far as they have a gradient
   */
  record Op(String name, long number, List<Made> results, boolean seen, List<Input> inputs) {
    boolean takesUp() {
      return number < 0;
    }
  }

  /**
   * What an operation was given.
   *
   * @param node the place of the one that made it
   * @param result which of its results
   */
  record Input(int node, int result) {}

  /**
   * @param seen the addresses of nodes whose results the program has seen
   */
  static Graph of(Tensor loss, Set<Long> seen) {
    try (PointerScope scope = new PointerScope()) {
      Map<Long, Integer> places = new HashMap<>();
      List<Node> found = new ArrayList<>();
      add(loss.grad_fn(), places, found);
      List<Op> ops = new ArrayList<>();
      for (int at = 0; at < found.size(); at++) {
        Node node = found.get(at);
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < node.num_outputs(); i++) {
          Edge edge = node.next_edge(i);
          if (edge.is_valid()) {
            inputs.add(new Input(add(edge.function(), places, found), edge.input_nr()));
          }
        }
        ops.add(
            new Op(
                node.name().getString(),
                node.sequence_nr(),
                IntStream.range(0, node.num_inputs())
                    .mapToObj(i -> made(node.input_metadata(i)))
                    .toList(),
                seen.contains(node.address()),
                inputs));
      }
      return new Graph(ops);
    }
  }

  private static int add(Node node, Map<Long, Integer> places, List<Node> found) {
    return places.computeIfAbsent(
        node.address(),
        a -> {
          found.add(node);
          return found.size() - 1;
        });
  }

  private static Made made(InputMetadata of) {
    if (of.was_default_constructed()) {
      return Made.of(new long[] {0}, 0);
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor like = of.zeros_like();
      return Made.of(Ops.shape(like), (double) like.numel() * like.element_size());
    }
  }

  /** The same at another extent. */
  Graph at(Extent target, Extent one, Graph second, Extent two) {
    List<Op> out = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Op op = nodes.get(i);
      List<Made> other = second.nodes.get(i).results();
      List<Made> results =
          IntStream.range(0, op.results().size())
              .mapToObj(r -> op.results().get(r).at(target, one, other.get(r), two))
              .toList();
      out.add(new Op(op.name(), op.number(), results, op.seen(), op.inputs()));
    }
    return new Graph(out);
  }

  /** Whether another one is the same but for sizes. */
  boolean like(Graph other) {
    return nodes.size() == other.nodes.size()
        && IntStream.range(0, nodes.size())
            .allMatch(
                i ->
                    nodes.get(i).name().equals(other.nodes.get(i).name())
                        && nodes.get(i).inputs().equals(other.nodes.get(i).inputs()));
  }

  /**
   * What autograd alone holds: results that no scope of the program has, and that some operation
   * needs for its backward pass; by the place of the operation that made them.
   */
  Map<Integer, Double> hidden() {
    Set<Integer> kept = new HashSet<>();
    Map<Integer, Double> out = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      Op op = nodes.get(i);
      if (Saved.result(op.name())) {
        keep(i, kept);
      }
      if (Saved.given(op.name())) {
        op.inputs().forEach(in -> keep(in.node(), kept));
      }
      if (!op.results().isEmpty()) {
        Made first = op.results().get(0);
        double more = Saved.beside(op.name(), first.shape(), first.bytes());
        if (more > 0) {
          out.merge(i, more, Double::sum);
        }
      }
    }
    kept.forEach(i -> out.merge(i, bytes(i), Double::sum));
    return out;
  }

  /** A view is kept by keeping what it looks into. */
  private void keep(int at, Set<Integer> kept) {
    Op op = nodes.get(at);
    if (Saved.view(op.name()) && op.inputs().size() == 1) {
      keep(op.inputs().get(0).node(), kept);
    } else if (!op.seen() && !op.takesUp()) {
      kept.add(at);
    }
  }

  /** Between how many choices a softmax decides in the end, where one does. */
  OptionalDouble choices() {
    return nodes.stream()
        .filter(op -> op.name().equals("LogSoftmaxBackward0") && op.results().size() == 1)
        .map(op -> op.results().get(0).shape())
        .filter(shape -> shape.length == 2)
        .mapToDouble(shape -> shape[1])
        .findFirst();
  }

  double bytes(int node) {
    return nodes.get(node).results().stream().mapToDouble(Made::bytes).sum();
  }

  double bytes(Input input) {
    List<Made> results = nodes.get(input.node()).results();
    return input.result() < results.size() ? results.get(input.result()).bytes() : 0;
  }
}
