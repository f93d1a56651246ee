package dev.luthier.train;

import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2), equal to torch.optim.AdamW, over one flat
 * buffer: all trainable weights, their gradients and both moments are four long vectors, of which
 * the parameters are views. A step is then a dozen calls, however many parameters there are, and a
 * checkpoint is three tensors.
 */
public final class Optim implements AutoCloseable {
  /**
   * Parameters that share a rate and a decay.
   *
   * @param lr peak learning rate
   * @param weightDecay share of the weight that a step takes away, times the rate
   */
  public record Group(List<Parameter> parameters, double lr, double weightDecay) {
    long count() {
      return parameters.stream().mapToLong(Parameter::count).sum();
    }
  }

  /** What a checkpoint holds; the tensors are the live ones, all (P) float32. */
  public record State(Tensor weights, Tensor mean, Tensor square) {
    static State of(Safetensors saved) {
      return new State(saved.tensor("weights"), saved.tensor("mean"), saved.tensor("square"));
    }

    Map<String, Tensor> byName() {
      return Map.of("weights", weights, "mean", mean, "square", square);
    }
  }

  private final List<Group> groups;
  private final double beta1;
  private final double beta2;
  private final double eps;
  private final Tensor weights; // (P)
  private final Tensor gradients; // (P)
  private final Tensor mean; // (P)
  private final Tensor square; // (P)
  private long steps;

  /** Moves the parameters, which become float32, into the flat buffer. */
  public Optim(List<Group> groups, double beta1, double beta2, double eps, Compute compute) {
    this.groups = groups.stream().filter(g -> !g.parameters().isEmpty()).toList();
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    long total = this.groups.stream().mapToLong(Group::count).sum();
    if (total == 0) {
      throw new IllegalArgumentException("nothing trains");
    }
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      long[] shape = {total};
      weights = scope.keep(torch.zeros(shape, compute.options(ScalarType.Float)));
      gradients = scope.keep(torch.zeros(shape, compute.options(ScalarType.Float)));
      mean = scope.keep(torch.zeros(shape, compute.options(ScalarType.Float)));
      square = scope.keep(torch.zeros(shape, compute.options(ScalarType.Float)));
      long at = 0;
      for (Group group : this.groups) {
        for (Parameter p : group.parameters()) {
          adopt(p, at);
          at += p.count();
        }
      }
    }
  }

  private void adopt(Parameter p, long at) {
    long[] shape = Ops.shape(p.value());
    Tensor view = weights.narrow(0, at, p.count()).view(shape);
    view.copy_(p.value());
    Tensor leaf = view.detach().set_requires_grad(true);
    leaf.mutable_grad().put(gradients.narrow(0, at, p.count()).view(shape));
    p.set(leaf);
  }

  public void zeroGradients() {
    gradients.zero_();
  }

  /** The Euclidean norm of all gradients together. */
  public double norm() {
    try (Scope scope = new Scope()) {
      return gradients.norm().item_double();
    }
  }

  /** The norm of all gradients together; above {@code max} they are scaled down to it. */
  public double clip(double max) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      double norm = norm();
      if (norm > max) {
        gradients.mul_(Ops.scalar(max / (norm + 1e-6))); // as torch.nn.utils.clip_grad_norm_
      }
      return norm;
    }
  }

  /**
   * One step.
   *
   * @param factor of the schedule, on every group's peak rate
   */
  public void step(double factor) {
    steps++;
    double correction1 = 1 - Math.pow(beta1, steps);
    double correction2 = 1 - Math.pow(beta2, steps);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      mean.lerp_(gradients, new Scalar(1 - beta1)); // m = b1 m + (1 - b1) g
      square
          .mul_(new Scalar(beta2))
          .addcmul_(gradients, gradients, new Scalar(1 - beta2)); // v = b2 v + (1 - b2) g^2
      Tensor root = square.sqrt().div_(new Scalar(Math.sqrt(correction2))).add_(new Scalar(eps));
      long at = 0;
      for (Group group : groups) {
        double lr = group.lr() * factor;
        long n = group.count();
        Tensor w = weights.narrow(0, at, n);
        if (group.weightDecay() != 0) {
          w.mul_(new Scalar(1 - lr * group.weightDecay()));
        }
        w.addcdiv_(mean.narrow(0, at, n), root.narrow(0, at, n), new Scalar(-lr / correction1));
        at += n;
      }
    }
  }

  /** The highest of the groups' peak rates. */
  public double peakRate() {
    return groups.stream().mapToDouble(Group::lr).max().orElse(0);
  }

  /** Replaces the weights alone, (P) float32. */
  public void weights(Tensor saved) {
    try (AutoGradMode off = Ops.noGrad()) {
      weights.copy_(saved);
    }
  }

  public State state() {
    return new State(weights, mean, square);
  }

  /** Goes on from a saved state after so many steps. */
  public void restore(State saved, long after) {
    try (AutoGradMode off = Ops.noGrad()) {
      weights.copy_(saved.weights());
      mean.copy_(saved.mean());
      square.copy_(saved.square());
    }
    steps = after;
  }

  @Override
  public void close() {
    Scope.free(gradients);
    Scope.free(mean);
    Scope.free(square);
    Scope.free(weights);
  }
}
