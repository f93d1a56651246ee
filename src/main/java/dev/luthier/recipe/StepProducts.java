package dev.luthier.recipe;

import dev.luthier.model.CausalLm;
import dev.luthier.model.Linear;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The matrix products of a step, over tensors of the same shapes. */
final class StepProducts implements AutoCloseable {
  private final List<long[]> shapes; // out, in
  private final int rank;
  private final int tokens;
  private final Compute compute;
  private final Map<List<Long>, Tensor> tensors = new HashMap<>();

  StepProducts(CausalLm model, int rank, int tokens) {
    this.rank = rank;
    this.tokens = tokens;
    this.compute = model.compute();
    this.shapes =
        model.slots().stream()
            .filter(s -> s.base() instanceof Linear)
            .sorted(Comparator.comparing(s -> s == model.head())) // the head last
            .map(Slot::base)
            .map(d -> new long[] {((Linear) d).out(), ((Linear) d).in()})
            .toList();
  }

  void run() {
    try (AutoGradMode off = Ops.noGrad()) {
      for (int i = 0; i < shapes.size(); i++) {
        boolean adapted = i < shapes.size() - 1;
        try (Scope scope = new Scope()) {
          products(shapes.get(i)[0], shapes.get(i)[1], i, adapted);
        }
      }
    }
  }

  private void products(long out, long in, long which, boolean adapted) {
    Tensor x = get(tokens, in, -1);
    Tensor w = get(out, in, which);
    Tensor y = x.mm(w.t()); // W x
    y.mm(w); // its gradient to x
    if (adapted) {
      Tensor a = get(rank, in, -2);
      Tensor b = get(out, rank, -3);
      Tensor low = x.mm(a.t()); // A x
      low.mm(b.t()); // B A x
      Tensor back = y.mm(b);
      y.t().mm(low); // gradient of B
      back.t().mm(x); // gradient of A
      back.mm(a); // gradient to x
    }
  }

  private Tensor get(long rows, long columns, long which) {
    return tensors.computeIfAbsent(
        List.of(rows, columns, which),
        key -> {
          Tensor t = torch.randn(new long[] {rows, columns}, compute.options(ScalarType.Float));
          Tensor typed = t.to(compute.dtype());
          typed.retainReference();
          return typed;
        });
  }

  @Override
  public void close() {
    tensors.values().forEach(Scope::free);
  }
}
