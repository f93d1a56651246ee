package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Where the linear maps of a head come from. */
sealed interface HeadParts {
  /** Heads of other kinds, and the pooler, which not every head uses. */
  String OTHERS =
      "(.+\\.)?pooler\\..*|(cls|classifier|score|qa_outputs|lm_head|embed_out|v_head)\\..*";

  Parts parts();

  Slot linear(String path, boolean bias, long out, long in);

  /** To be called when all is built: refuses what has no place, and notes what is new or unused. */
  default void finish() {
    parts().weights().passOver(OTHERS);
    parts().weights().refuseLeftovers();
  }

  /** The folder's own; it is an error if they are missing or of another shape. */
  record Saved(Parts parts) implements HeadParts {
    @Override
    public Slot linear(String path, boolean bias, long out, long in) {
      return parts.plain(path, bias, out, in);
    }
  }

  /**
   * The folder's own where they fit, else new ones: W ~ N(0, initializer_range), b = 0, as
   * transformers' _init_weights.
   */
  final class Fresh implements HeadParts {
    private final Parts parts;
    private final String below;
    private final boolean own;
    private final long seed;
    private final List<String> drawn = new ArrayList<>();

    /**
     * @param below the prefix of the names below the head
     * @param own whether the folder's head is one of the same kind
     */
    Fresh(Parts parts, String below, boolean own, long seed) {
      this.parts = parts;
      this.below = below;
      this.own = own;
      this.seed = seed;
    }

    @Override
    public Parts parts() {
      return parts;
    }

    @Override
    public Slot linear(String path, boolean bias, long out, long in) {
      Weights weights = parts.weights();
      boolean fits =
          (own || path.startsWith(below))
              && weights.has(path + ".weight", out, in)
              && (!bias || weights.has(path + ".bias", out));
      if (!fits) {
        draw(path + ".weight", normal(out, in));
        if (bias) {
          draw(path + ".bias", torch.zeros(new long[] {out}, options()));
        }
      }
      return parts.plain(path, bias, out, in);
    }

    private void draw(String name, Tensor value) {
      Compute compute = parts.weights().compute();
      parts.weights().keep(name, value.to(compute.torchDevice(), compute.dtype()));
      drawn.add(name);
    }

    private Tensor normal(long out, long in) {
      torch.manual_seed(Seed.of(seed, drawn.size()));
      double range =
          parts.config().number("initializer_range", parts.config().number("init_std", 0.02));
      return torch.randn(new long[] {out, in}, options()).mul(Ops.scalar(range));
    }

    private static TensorOptions options() {
      return Compute.CPU.options(ScalarType.Float);
    }

    @Override
    public void finish() {
      HeadParts.super.finish();
      if (!drawn.isEmpty()) {
        parts
            .weights()
            .notes()
            .add("new, drawn from seed %d: %s".formatted(seed, String.join(", ", drawn)));
      }
    }
  }
}
