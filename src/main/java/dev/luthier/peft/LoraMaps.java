package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Lookup;
import dev.luthier.model.Projection;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** LoRA at the two kinds of places: a linear map and a table. */
final class LoraMaps {
  private LoraMaps() {}

  sealed interface LowRank extends Adaptation.Layered
      permits LowRankDense, LowRankLookup, Dora.DoraDense, Dora.DoraLookup {
    Factors factors();

    default double scale() {
      return factors().scale();
    }

    /** The lengths of DoRA, where they train apart. */
    default Optional<Dora.Lengths> lengthsApart() {
      return Optional.empty();
    }

    default List<Parameter> trainable() {
      Stream<Parameter> magnitude = lengthsApart().map(Dora.Lengths::magnitude).stream();
      return Stream.concat(factors().trainable().stream(), magnitude).toList();
    }

    default List<Parameter> frozen() {
      Stream<Parameter> squares = lengthsApart().map(Dora.Lengths::squares).stream();
      return Stream.concat(factors().frozen().stream(), squares).toList();
    }

    default List<Entry> entries() {
      Stream<Entry> magnitude = lengthsApart().map(Dora.Lengths::entry).stream();
      return Stream.concat(factors().entries().stream(), magnitude).toList();
    }
  }

  /** h = W x + s B A x (Hu et al. 2021, eq. 3), and s b where B has a bias. */
  record LowRankDense(Projection inner, Factors factors, double rate, Dropout dropout)
      implements LowRank, Paired, dev.luthier.model.LowRank {
    @Override
    public Optional<Parts> parts() {
      return inner instanceof Linear base
              && factors.bias().isEmpty()
              && factors.start().isEmpty()
              && dropout.now(rate) == 0
          ? Optional.of(new Parts(base, factors.down(), factors.up(), scale()))
          : Optional.empty();
    }

    @Override
    public LoraFactors.Factors pair() {
      if (factors.bias().isPresent()) {
        throw new UserError(
            "lora.bias adds a bias to the maps, which no two factors hold; merge the adapter instead: ./luthier adapter merge MODEL ADAPTER OUT");
      }
      return new LoraFactors.Factors(
          LoraFactors.Kind.LINEAR, factors.rows(), factors.columns(), scale());
    }

    @Override
    public Tensor apply(Tensor x) { // (N, in)
      Tensor dropped = dropout.apply(x, rate);
      Tensor y = inner.apply(x); // (N, out)
      Scalar s = Ops.scalar(scale());
      if (factors.bias().isPresent() || factors.start().isPresent() && dropped != x) {
        return y.add(factors.of(x, dropped), s);
      }
      ScalarType type = x.scalar_type();
      Tensor low = torch.linear(dropped, factors.rows().to(type)); // (N, r)
      Tensor up = factors.columns().to(type).t();
      return inner instanceof Stored // then nobody else needs y
          ? y.addmm_(low, up, new Scalar(1.0), s)
          : y.addmm(low, up, new Scalar(1.0), s);
    }

    @Override
    public Linear merged() {
      Linear copy = (Linear) Adaptation.copyOf(inner);
      add(copy.matrix(), factors.matrix());
      return factors.bias().isEmpty()
          ? copy
          : Biases.added(copy, factors.bias().get().value().mul(Ops.scalar(scale())));
    }
  }

  /** The same for a table: row i gets s B A[:, i]. */
  record LowRankLookup(Projection inner, Lookup base, Factors factors) implements LowRank, Paired {
    @Override
    public LoraFactors.Factors pair() {
      return new LoraFactors.Factors(
          LoraFactors.Kind.TABLE, factors.rows(), factors.columns(), scale());
    }

    @Override
    public Tensor apply(Tensor ids) { // (N)
      Tensor rows = inner.apply(ids);
      Tensor delta = factors.rows(ids, base).mul(Ops.scalar(scale())); // (N, H)
      return rows.add(delta.to(rows.scalar_type()));
    }

    @Override
    public Lookup merged() {
      Lookup copy = (Lookup) Adaptation.copyOf(inner);
      add(copy.weight().value(), factors.matrix().t());
      return copy;
    }
  }

  private static void add(Tensor weight, Tensor delta) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      weight.add_(delta.to(ScalarType.Float));
    }
  }
}
