package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A score for each weight, by which {@link Sparse} chooses. */
@Doc("By what weights are chosen")
public sealed interface Choose {
  Attachment attach(Sparse sparse, Site site);

  /** Asks for gradients, where it needs some. */
  default Optional<Scout> scout(Sparse sparse) {
    return Optional.empty();
  }

  /** |w|, or its opposite. */
  @Doc("The weights' own sizes")
  public record Magnitude(@Doc("The largest or the smallest") @Default("largest") Order order)
      implements Choose {
    /** Which end of the order. */
    public enum Order {
      LARGEST(1),
      SMALLEST(-1);

      private final double sign;

      Order(double sign) {
        this.sign = sign;
      }
    }

    @Override
    public Attachment attach(Sparse sparse, Site site) {
      return sparse.at(site, w -> w.value().abs().mul(Ops.scalar(order.sign)));
    }
  }

  /** Nothing: a yardstick for the others. */
  @Doc("At random, by the recipe's seed")
  public record Random() implements Choose {
    @Override
    public Attachment attach(Sparse sparse, Site site) {
      torch.manual_seed(site.seed());
      return sparse.at(
          site,
          w -> {
            Tensor host = torch.rand(w.shape());
            return host.to(w.value().device(), host.scalar_type());
          });
    }
  }

  /** |dL/dw|. */
  @Doc("The size of the loss's gradient, over some batches before the first step")
  public record Gradient(@Doc("How many steps' batches") @Default("8") int batches)
      implements Choose {
    public Gradient {
      Check.atLeast("sparse.choose.gradient.batches", 1, batches);
    }

    @Override
    public Attachment attach(Sparse sparse, Site site) {
      throw Choose.unscouted("gradient");
    }

    @Override
    public Optional<Scout> scout(Sparse sparse) {
      return Scout.gradients(sparse, batches, false);
    }
  }

  /** The mean of (dL/dw)^2 over single rows: FISH mask, Sung et al. 2021, arXiv 2111.09839. */
  @Doc("Fisher information: the squared gradients of single rows (arXiv 2111.09839)")
  public record Fisher(@Doc("How many steps' batches") @Default("8") int batches)
      implements Choose {
    public Fisher {
      Check.atLeast("sparse.choose.fisher.batches", 1, batches);
    }

    @Override
    public Attachment attach(Sparse sparse, Site site) {
      throw Choose.unscouted("fisher");
    }

    @Override
    public Optional<Scout> scout(Sparse sparse) {
      return Scout.gradients(sparse, batches, true);
    }
  }

  /** {@link Moving}. */
  @Doc(
      "How far a change moves away from zero while all learn and fewer and fewer remain (arXiv 2005.07683)")
  public record Movement() implements Choose {
    @Override
    public Attachment attach(Sparse sparse, Site site) {
      return Moving.attach(site, sparse.selection(site));
    }
  }

  /** The places of an adapter that is there. */
  @Doc("The places of a saved sparse adapter")
  public record Given(@Doc("The adapter's folder") Path adapter) implements Choose {
    @Override
    public Attachment attach(Sparse sparse, Site site) {
      try (Safetensors file = WeightFiles.adapter(adapter)) {
        return Deltas.saved(site, file);
      }
    }
  }

  private static IllegalStateException unscouted(String choice) {
    return new IllegalStateException(choice + " chooses by what a Scout finds out first");
  }
}
