package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Seed;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How one key or value head is made of several (GQA, Ainslie et al. 2023,
 * https://arxiv.org/abs/2305.13245, section 2.1 and figure 4). Letters: D width of a head, n
 * inputs.
 */
public sealed interface HeadPooling {
  /** What makes up for it in queries and outputs; nothing where heads stay as they lie. */
  default Optional<HeadTurns> turns() {
    return Optional.empty();
  }

  /**
   * One head's rows out of at least two.
   *
   * @param heads each (D, n), of float32, behind their maps where they have any
   * @param shares of the heads, which add up to 1
   * @param place counters that tell this head from all others
   */
  Tensor of(List<Tensor> heads, List<HeadGroups.Source> shares, long... place);

  /** Their mean: sum_j s_j W_j. With equal shares it is the paper's. */
  record Mean() implements HeadPooling {
    @Override
    public Tensor of(List<Tensor> heads, List<HeadGroups.Source> shares, long... place) {
      return mean(heads, shares);
    }
  }

  /** The first of them. */
  record First() implements HeadPooling {
    @Override
    public Tensor of(List<Tensor> heads, List<HeadGroups.Source> shares, long... place) {
      return heads.get(0);
    }
  }

  /**
   * None of them: drawn from a normal distribution as wide as the numbers are that it replaces;
   * biases begin at 0.
   */
  record Drawn(long seed) implements HeadPooling {
    @Override
    public Tensor of(List<Tensor> heads, List<HeadGroups.Source> shares, long... place) {
      Tensor all = Ops.cat(0, heads.toArray(Tensor[]::new));
      if (all.size(1) == 1) {
        return torch.zeros_like(heads.get(0));
      }
      double width = Math.sqrt(all.mul(all).mean().item_double());
      torch.manual_seed(Seed.of(seed, place));
      Tensor normal = torch.randn(Ops.shape(heads.get(0)), Compute.CPU.options(all.scalar_type()));
      return normal.mul_(new Scalar(width));
    }
  }

  /**
   * The sum of heads that went through maps of their own first: sum_j E_j W_j. What reads them is
   * mapped too by {@link GroupedKv}; {@link HeadFit} says which maps lose little.
   */
  record Mapped(HeadTurns found) implements HeadPooling {
    @Override
    public Optional<HeadTurns> turns() {
      return Optional.of(found);
    }

    @Override
    public Tensor of(List<Tensor> heads, List<HeadGroups.Source> shares, long... place) {
      Tensor sum = heads.get(0).clone();
      for (int j = 1; j < heads.size(); j++) {
        sum.add_(heads.get(j));
      }
      return sum;
    }
  }

  private static Tensor mean(List<Tensor> heads, List<HeadGroups.Source> shares) {
    Tensor sum = heads.get(0).mul(new Scalar(shares.get(0).share()));
    for (int j = 1; j < heads.size(); j++) {
      sum.add_(heads.get(j), new Scalar(shares.get(j).share()));
    }
    return sum;
  }
}
