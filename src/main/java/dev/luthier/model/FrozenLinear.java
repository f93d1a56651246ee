package dev.luthier.model;

import dev.luthier.tensor.CustomGradient;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A linear map whose weight is packed (QLoRA, Dettmers et al. 2023,
 * https://arxiv.org/abs/2305.14314, eq. 5 and 6): y = x dequant(W)^T + b, and dL/dx = dL/dy
 * dequant(W). W's values live inside the call only, once in the forward and once in the backward
 * pass. Letters: N tokens.
 *
 * @param map the same map over the same weight, as the files lay it out
 */
public record FrozenLinear(Linear map) implements Linear {
  /** The map as it is, or frozen where its weight is packed. */
  static Linear over(Linear map) {
    return map.weight().packed() == null ? map : new FrozenLinear(map);
  }

  @Override
  public Tensor apply(Tensor x) { // (N, in) -> (N, out)
    Tensor y = product(x);
    Parameter b = bias();
    Tensor learnt = b == null || !GradMode.is_enabled() ? null : b.as(y);
    return learnt != null && learnt.requires_grad()
        ? y.add_(learnt.sub(learnt.detach())) // adds 0, and gives b its gradient
        : y;
  }

  private Tensor product(Tensor x) {
    if (x.requires_grad()) {
      return CustomGradient.of(x, this::forward, this::backward);
    }
    try (AutoGradMode off = Ops.noGrad()) {
      return forward(x);
    }
  }

  private Tensor forward(Tensor x) {
    return Scope.of(() -> packed().pieces() == 1 ? borrowed(x).apply(x) : inPieces(x));
  }

  /** x W^T for one run of W's rows after the other: never all of W at once. */
  private Tensor inPieces(Tensor x) {
    Tensor y = torch.empty(new long[] {x.size(0), out()}, x.options(), new MemoryFormatOptional());
    long at = 0;
    for (int i = 0; i < packed().pieces(); i++) {
      try (Scope scope = new Scope()) {
        Tensor w = packed().piece(i, x.scalar_type()); // (rows, in)
        y.narrow(1, at, w.size(0)).copy_(torch.linear(x, w));
        at += w.size(0);
      }
    }
    Parameter b = bias();
    return b == null ? y : y.add_(b.as(x));
  }

  private Tensor backward(Tensor dy) { // (N, out) -> (N, in)
    if (packed().pieces() == 1) {
      return dy.mm(borrowed(dy).matrix());
    }
    Tensor dx = torch.zeros(new long[] {dy.size(0), in()}, dy.options());
    long at = 0;
    for (int i = 0; i < packed().pieces(); i++) {
      try (Scope scope = new Scope()) {
        Tensor w = packed().piece(i, dy.scalar_type());
        dx.addmm_(dy.narrow(1, at, w.size(0)), w);
        at += w.size(0);
      }
    }
    return dx;
  }

  /** The map over values that live for the moment. */
  private Linear borrowed(Tensor like) {
    Parameter weight = weight();
    Packed packed = packed();
    Parameter now = Parameter.derived(weight.name(), () -> packed.borrowed(like.scalar_type()));
    return map.rewritten(p -> p == weight ? now : p);
  }

  private Packed packed() {
    return Objects.requireNonNull(map.weight().packed());
  }

  @Override
  public Map<String, Parameter> weights() {
    return map.weights();
  }

  /** Frozen still, unless the weight becomes another one. */
  @Override
  public Linear rewritten(UnaryOperator<Parameter> rewriting) {
    return over(map.rewritten(rewriting));
  }

  /** Over the unpacked values. */
  @Override
  public Linear copy(String path) {
    return map.copy(path);
  }

  @Override
  public FrozenLinear biased(Parameter by) {
    return new FrozenLinear(map.biased(by));
  }

  @Override
  public long in() {
    return map.in();
  }

  @Override
  public long out() {
    return map.out();
  }

  @Override
  public Parameter weight() {
    return map.weight();
  }

  @Override
  public @Nullable Parameter bias() {
    return map.bias();
  }

  @Override
  public Tensor matrix() {
    return map.matrix();
  }
}
