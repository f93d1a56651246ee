package dev.luthier.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Gradient checkpointing (Chen et al. 2016, https://arxiv.org/abs/1604.06174): a part of a network
 * is computed without a record, and once more, with one, when its gradient is asked for. Of what it
 * makes only the result and its inputs stay in memory.
 *
 * <p>The second run draws the random numbers of the first, and leaves the generator as it was, so
 * that dropout is what it would be without checkpointing, to the bit.
 */
public final class Checkpointed {
  private final Function<List<Tensor>, Tensor> body;
  private final Compute compute;
  private final Supplier<Tensor> first;
  private final List<Tensor> others;
  private final boolean[] wanted;
  private final RandomState before;

  private Checkpointed(
      List<Tensor> inputs, Function<List<Tensor>, Tensor> body, Keeping keeping, Compute compute) {
    this.body = body;
    this.compute = compute;
    this.wanted = new boolean[inputs.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = inputs.get(i).requires_grad();
    }
    this.first = keeping.keep(inputs.get(0));
    this.others = List.copyOf(inputs.subList(1, inputs.size()));
    this.before = RandomState.now(compute);
  }

  /**
   * body(inputs), (N, H). The scope that is open now must be open in the backward pass.
   *
   * @param inputs every tensor with a gradient that the body sees and that is not a trainable
   *     weight: the body must use what it is given in their place
   * @param body called now and again in the backward pass; it must do the same both times
   * @param keeping where the first input waits
   */
  public static Tensor of(
      List<Tensor> inputs, Function<List<Tensor>, Tensor> body, Keeping keeping, Compute compute) {
    Checkpointed part = new Checkpointed(inputs, body, keeping, compute);
    Ledger.later(() -> body.apply(part.leaves(inputs.get(0))));
    return CustomGradient.of(inputs, xs -> Scope.of(() -> body.apply(xs)), part::gradients);
  }

  private List<Tensor> gradients(Tensor gradient) { // (N, H)
    List<Tensor> leaves;
    try (AutoGradMode on = new AutoGradMode(true)) {
      leaves = leaves(first.get());
      RandomState after = RandomState.now(compute);
      before.restore();
      Tensor y = body.apply(leaves);
      after.restore();
      if (y.requires_grad()) { // else nothing below learns
        torch.backward(
            new TensorVector(y),
            new TensorVector(gradient),
            new BoolOptional(false),
            false,
            new TensorVector());
      }
    }
    return leaves.stream().map(Checkpointed::gradient).toList();
  }

  private List<Tensor> leaves(Tensor input) {
    List<Tensor> leaves = new ArrayList<>();
    leaves.add(leaf(input, 0));
    for (Tensor other : others) {
      leaves.add(leaf(other, leaves.size()));
    }
    return leaves;
  }

  private Tensor leaf(Tensor value, int at) {
    return value.detach().set_requires_grad(wanted[at]);
  }

  private static Tensor gradient(Tensor leaf) {
    Tensor found = leaf.grad();
    return found.defined() ? new Tensor(found) : torch.zeros_like(leaf);
  }
}
