package dev.luthier.plan;

import dev.luthier.tensor.Ledger;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * What a small micro-batch made on its way to the loss: the tensors that the program's scopes hold,
 * and what autograd recorded. From two of them follows what any other takes, since the same
 * operations make the same tensors at other sizes.
 *
 * @param later parts that are computed for a while when the loss is known, one at a time
 */
record Probe(Extent extent, List<Made> held, Graph graph, List<Probe> later) {
  /**
   * @param known tensors that are there already
   * @param loss makes the batch and computes its loss
   */
  static Probe of(Extent extent, List<Tensor> known, Supplier<Tensor> loss) {
    List<Probe> later = new ArrayList<>();
    try (Ledger ledger = Ledger.open(known, part -> later.add(of(extent, known, part)));
        Scope scope = new Scope()) {
      Tensor total = loss.get();
      Graph graph = total.requires_grad() ? Graph.of(total, ledger.seen()) : Graph.EMPTY;
      List<Made> held = new ArrayList<>();
      ledger.held().forEach(p -> held.add(Made.of(p.shape(), p.bytes())));
      return new Probe(extent, held, graph, later);
    }
  }

  /** What a batch of another extent makes. */
  Probe at(Extent target, Probe second) {
    if (held.size() != second.held.size()
        || later.size() != second.later.size()
        || !graph.like(second.graph)) {
      throw new IllegalArgumentException(
          "two probes went different ways: %d and %d tensors, %d and %d operations"
              .formatted(
                  held.size(),
                  second.held.size(),
                  graph.nodes().size(),
                  second.graph.nodes().size()));
    }
    List<Made> out = new ArrayList<>();
    for (int i = 0; i < held.size(); i++) {
      out.add(held.get(i).at(target, extent, second.held.get(i), second.extent));
    }
    List<Probe> parts = new ArrayList<>();
    for (int i = 0; i < later.size(); i++) {
      parts.add(later.get(i).at(target, second.later.get(i)));
    }
    return new Probe(target, out, graph.at(target, extent, second.graph, second.extent), parts);
  }

  /** What it takes, with gradients and without. */
  StepMemory memory() {
    double all = held.stream().mapToDouble(Made::bytes).sum();
    double scores = held.stream().filter(this::scores).mapToDouble(Made::bytes).sum();
    double kept = 0;
    double keptScores = 0;
    for (Map.Entry<Integer, Double> e : graph.hidden().entrySet()) {
      boolean own = graph.nodes().get(e.getKey()).results().stream().anyMatch(this::scores);
      kept += e.getValue();
      keptScores += own ? e.getValue() : 0;
    }
    double logits = scores + keptScores;
    List<StepMemory> parts = later.stream().map(Probe::memory).toList();
    long part = parts.stream().mapToLong(StepMemory::total).max().orElse(0);
    return new StepMemory(
        Math.round(all + kept - logits),
        Math.round(logits),
        Math.max(part, Math.round(BackwardPass.peak(graph) - kept)),
        Math.round(all - scores),
        parts.stream().mapToLong(StepMemory::made).max().orElse(0));
  }

  /** Whether a tensor has a score for every choice: logits, what they became, their gradient. */
  private boolean scores(Made made) {
    return graph.choices().isPresent()
        && made.shape().length == 2
        && made.shape()[1] == graph.choices().getAsDouble();
  }
}
