package dev.luthier.train;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The flat buffer: all trainable weights and their gradients are two long vectors, of which the
 * parameters are views. The norm of the gradient is then one call, a step a few calls for each
 * piece of the buffer, however many parameters there are, and a checkpoint a few tensors. What
 * moves the weights is an {@link Optimizer}.
 */
public final class Optim implements AutoCloseable {
  private static final String WEIGHTS = "weights";

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

  private final List<Group> groups;
  private final Optimizer optimizer;
  private final Tensor weights; // (P)
  private final Tensor gradients; // (P)
  private final Moments moments;
  private long steps;

  /** Moves the parameters, which become float32, into the flat buffer. */
  public Optim(List<Group> groups, Optimizer optimizer, Compute compute) {
    this(groups, optimizer, compute, Path.of(System.getProperty("java.io.tmpdir", ".")));
  }

  /**
   * The same.
   *
   * @param folder that exists, where a state that is paged on a CPU has its file
   */
  public Optim(List<Group> groups, Optimizer optimizer, Compute compute, Path folder) {
    this.groups = groups.stream().filter(g -> !g.parameters().isEmpty()).toList();
    this.optimizer = optimizer;
    long total = this.groups.stream().mapToLong(Group::count).sum();
    if (total == 0) {
      throw new IllegalArgumentException("nothing trains");
    }
    moments = optimizer.begin(this.groups, compute, folder);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      long[] shape = {total};
      weights = scope.keep(torch.zeros(shape, compute.options(ScalarType.Float)));
      gradients = scope.keep(torch.zeros(shape, compute.options(ScalarType.Float)));
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
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      moments.step(weights, gradients, steps, factor);
    }
  }

  /** The highest of the groups' peak rates. */
  public double peakRate() {
    return groups.stream().mapToDouble(Group::lr).max().orElse(0);
  }

  /** The highest of the groups' rates in the last step, of which the schedule had this factor. */
  public double rate(double factor) {
    return optimizer.rate(factor * peakRate(), Math.max(1, steps));
  }

  /** Bytes of what the optimizer remembers. */
  public long stateBytes() {
    return moments.state().values().stream().mapToLong(Tensor::nbytes).sum();
  }

  /** Replaces the weights alone, (P) float32. */
  public void weights(Tensor saved) {
    try (AutoGradMode off = Ops.noGrad()) {
      weights.copy_(saved);
    }
  }

  /** What a checkpoint holds, by name; the tensors are the live ones. */
  public Map<String, Tensor> state() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put(WEIGHTS, weights);
    out.putAll(moments.state());
    return out;
  }

  /**
   * Goes on from a saved state after so many steps.
   *
   * @throws UserError if another optimizer, or one of other weights, saved it
   */
  public void restore(Map<String, Tensor> saved, long after) {
    Map<String, Tensor> own = state();
    if (!saved.keySet().equals(own.keySet())) {
      throw new UserError(
          "the checkpoint is of another optimizer: it holds %s, this one has %s; resume with the optimizer that wrote it, or start anew with another output"
              .formatted(names(saved.keySet()), names(own.keySet())));
    }
    saved.forEach((name, tensor) -> check(name, Objects.requireNonNull(own.get(name)), tensor));
    try (AutoGradMode off = Ops.noGrad()) {
      own.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
    }
    steps = after;
  }

  private static String names(Set<String> names) {
    return String.join(", ", new TreeSet<>(names));
  }

  private static void check(String name, Tensor own, Tensor saved) {
    ScalarType type = own.scalar_type().intern();
    if (!Arrays.equals(Ops.shape(own), Ops.shape(saved)) || saved.scalar_type().intern() != type) {
      throw new UserError(
          "the checkpoint is of another run: its %s holds %d numbers of %s, here are %d of %s"
              .formatted(name, saved.numel(), saved.scalar_type().intern(), own.numel(), type));
    }
  }

  @Override
  public void close() {
    moments.close();
    Scope.free(gradients);
    Scope.free(weights);
  }
}
