package dev.luthier.peft;

import dev.luthier.model.Linear;
import dev.luthier.model.Lookup;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** LoRA at the two kinds of places: a linear map and a table. */
final class LoraMaps {
  private LoraMaps() {}

  sealed interface LowRank extends Adaptation permits LowRankDense, LowRankLookup {
    Parameter down();

    Parameter up();

    default List<Parameter> parameters() {
      return List.of(down(), up());
    }
  }

  /**
   * h = W x + s B A x (Hu et al. 2021, eq. 3).
   *
   * @param down A (r, in)
   * @param up B (out, r)
   * @param scale s
   */
  record LowRankDense(
      Linear base, Parameter down, Parameter up, double scale, double rate, Dropout dropout)
      implements LowRank {
    @Override
    public Tensor apply(Tensor x) { // (N, in)
      Tensor low = torch.linear(dropout.apply(x, rate), down.as(x)); // (N, r)
      return base.apply(x).addmm_(low, up.as(x).t(), new Scalar(1.0), Ops.scalar(scale));
    }

    @Override
    public Linear merged() {
      Linear copy = base.copy("merged");
      add(copy.matrix(), up.value().mm(down.value()), scale);
      return copy;
    }
  }

  /**
   * The same for a table: row i gets s B A[:, i].
   *
   * @param down A (r, V)
   * @param up B (H, r)
   */
  record LowRankLookup(Lookup base, Parameter down, Parameter up, double scale) implements LowRank {
    @Override
    public Tensor apply(Tensor ids) { // (N)
      Tensor table = down.value().t(); // (V, r)
      Tensor low = torch.embedding(table, ids, base.paddingId(), false, false); // (N, r)
      Tensor delta = torch.linear(low, up.value()).mul(Ops.scalar(scale)); // (N, H)
      Tensor rows = base.apply(ids);
      return rows.add(delta.to(rows.scalar_type()));
    }

    @Override
    public Lookup merged() {
      Lookup copy = base.copy("merged");
      add(copy.weight().value(), up.value().mm(down.value()).t(), scale);
      return copy;
    }
  }

  private static void add(Tensor weight, Tensor delta, double scale) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      weight.add_(delta.to(ScalarType.Float), Ops.scalar(scale));
    }
  }
}
