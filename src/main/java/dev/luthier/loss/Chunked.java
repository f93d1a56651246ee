package dev.luthier.loss;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.CustomGradient;
import dev.luthier.tensor.Ledger;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.RandomState;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Head and loss of some tokens at a time: the scores that are in memory together are those of a
 * chunk, whatever the batch. Each chunk's gradient is taken while its scores are there, as Liger
 * does (Hsu et al. 2024, https://arxiv.org/abs/2410.10989); Wijmans et al. 2024
 * (https://arxiv.org/abs/2411.09009) go further, in one kernel. Equal to the loss of all at once;
 * dropout in the head alone draws for each chunk by itself.
 *
 * <p>Letters: M tokens, H width, V vocabulary, C tokens of a chunk.
 *
 * @param head (C, H) -> (C, V) in float32
 * @param tokens C, at most
 * @param compute where the states lie
 */
public record Chunked(UnaryOperator<Tensor> head, long tokens, Compute compute) {
  /** What the scores of some tokens are worth. */
  private interface Part {
    Tensor of(Tensor states, Tensor targets); // (C, H), (C) -> (C, n) or (1, 1)
  }

  /**
   * A sum over tokens, (). Where the head has nothing that learns, the gradients of the states are
   * made in the forward pass and only scaled in the backward pass: no product is done twice. Where
   * it has, the backward pass scores every chunk once more, and adds to the head's gradients then.
   *
   * @param hidden (M, H)
   * @param targets (M)
   * @param loss (C, V) and (C) -> (), float32, what some tokens add
   */
  public Tensor sum(Tensor hidden, Tensor targets, BinaryOperator<Tensor> loss) {
    if (hidden.size(0) <= tokens) {
      return loss.apply(head.apply(hidden), targets);
    }
    Ledger.later(
        () ->
            loss.apply(
                head.apply(cut(hidden, 0).detach().set_requires_grad(true)), cut(targets, 0)));
    boolean once = GradMode.is_enabled() && hidden.requires_grad() && !headLearns(hidden);
    Tensor total =
        once
            ? atOnce(hidden, targets, loss)
            : again(
                hidden,
                targets,
                1,
                1,
                (states, right) -> loss.apply(head.apply(states), right).view(1, 1));
    return total.squeeze();
  }

  /** {@link TokenScores#logProbabilities} of every token, (M) float32. */
  public Tensor logProbabilities(Tensor hidden, Tensor targets) {
    return rows(hidden, targets, 1, TokenScores::logProbabilities).squeeze(1);
  }

  /**
   * Some numbers of every token, (M, n) float32. The backward pass scores every chunk once more.
   *
   * @param hidden (M, H)
   * @param targets (M) int64
   * @param of (C, V) and (C) -> (C, n)
   */
  public Tensor rows(Tensor hidden, Tensor targets, long n, BinaryOperator<Tensor> of) {
    if (hidden.size(0) <= tokens) {
      return of.apply(head.apply(hidden), targets);
    }
    Part part = (states, right) -> of.apply(head.apply(states), right);
    Ledger.later(
        () -> part.of(cut(hidden, 0).detach().set_requires_grad(true), cut(targets, 0)).sum());
    return again(hidden, targets, hidden.size(0), n, part);
  }

  /**
   * What the scores say, without a gradient, (M).
   *
   * @param of (C, V) and (C) -> (C)
   */
  public Tensor each(Tensor hidden, Tensor targets, BinaryOperator<Tensor> of) {
    List<Tensor> out = new ArrayList<>();
    try (AutoGradMode off = Ops.noGrad()) {
      for (long at = 0; at < hidden.size(0); at += tokens) {
        Tensor states = cut(hidden, at);
        Tensor right = cut(targets, at);
        out.add(Scope.of(() -> of.apply(head.apply(states), right)));
      }
    }
    return Ops.cat(0, out.toArray(Tensor[]::new));
  }

  /** Without a token: nothing is computed but what would have a gradient. */
  private boolean headLearns(Tensor hidden) {
    try (Scope scope = new Scope()) {
      return head.apply(hidden.detach().narrow(0, 0, 0)).requires_grad();
    }
  }

  /** Gradients in the forward pass, (1, 1). */
  private Tensor atOnce(Tensor hidden, Tensor targets, BinaryOperator<Tensor> loss) {
    Tensor gradient = torch.empty_like(hidden);
    return CustomGradient.of(
        hidden,
        states -> {
          Tensor total = zeros(1, 1);
          for (long at = 0; at < states.size(0); at += tokens) {
            try (Scope scope = new Scope();
                AutoGradMode on = new AutoGradMode(true)) {
              Tensor leaf = cut(states, at).detach().set_requires_grad(true);
              Tensor part = loss.apply(head.apply(leaf), cut(targets, at));
              Tensor found = torch.grad(new TensorVector(part), new TensorVector(leaf)).get(0);
              cut(gradient, at).copy_(found);
              total.add_(part.detach());
            }
          }
          return total;
        },
        scale -> gradient.mul_(scale));
  }

  /**
   * Scores now and in the backward pass.
   *
   * @param rows of the result: M, or 1 where the parts are added
   */
  private Tensor again(Tensor hidden, Tensor targets, long rows, long columns, Part part) {
    RandomState before = RandomState.now(compute);
    Tensor fixed = hidden.detach();
    boolean wanted = hidden.requires_grad();
    return CustomGradient.of(
        hidden,
        states -> {
          Tensor out = zeros(rows, columns);
          for (long at = 0; at < states.size(0); at += tokens) {
            try (Scope scope = new Scope()) {
              Tensor found = part.of(cut(states, at), cut(targets, at));
              (rows == 1 ? out : cut(out, at)).add_(found);
            }
          }
          return out;
        },
        gradient -> {
          RandomState after = RandomState.now(compute);
          before.restore();
          Tensor out = torch.zeros_like(fixed);
          for (long at = 0; at < fixed.size(0); at += tokens) {
            try (Scope scope = new Scope()) {
              Tensor leaf = cut(fixed, at).detach().set_requires_grad(wanted);
              Tensor from = rows == 1 ? gradient : cut(gradient, at);
              backward(part, leaf, cut(targets, at), from);
              if (leaf.grad().defined()) {
                cut(out, at).copy_(leaf.grad());
              }
            }
          }
          after.restore();
          return out;
        });
  }

  private static void backward(Part part, Tensor leaf, Tensor targets, Tensor gradient) {
    try (AutoGradMode on = new AutoGradMode(true)) {
      Tensor found = part.of(leaf, targets);
      if (found.requires_grad()) {
        torch.backward(
            new TensorVector(found),
            new TensorVector(gradient),
            new BoolOptional(false),
            false,
            new TensorVector());
      }
    }
  }

  private Tensor zeros(long rows, long columns) {
    return torch.zeros(new long[] {rows, columns}, compute.options(ScalarType.Float));
  }

  /** The rows of a chunk. */
  private Tensor cut(Tensor of, long at) {
    return of.narrow(0, at, Math.min(tokens, of.size(0) - at));
  }
}
