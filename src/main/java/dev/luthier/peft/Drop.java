package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;

/** Whether a layer's adapters are used in a step. */
interface Drop extends Course {
  /** They always are. */
  Drop NEVER = layer -> true;

  boolean uses(int layer);

  /** What it owns. */
  default List<Parameter> own() {
    return List.of();
  }

  /**
   * In training the lowest n layers go without, and n ~ U{0..most} is drawn anew for each step
   * (Rueckle et al. 2021, section 3). A step's parts share it; outside of training all are used.
   */
  final class Drawn implements Drop {
    private static final long STREAM = 0xD0;
    private final int most;
    private final Dropout dropout;
    private final long seed;
    private final Parameter lowest; // (1), n of the coming step; kept for a resumed run

    Drawn(int most, Dropout dropout, long seed) {
      this.most = most;
      this.dropout = dropout;
      this.seed = seed;
      this.lowest = new Parameter("adapter_drop.lowest", Fresh.full(Compute.CPU, drawn(0), 1));
    }

    private long drawn(long step) {
      return Math.floorMod(Seed.of(seed, STREAM, step), most + 1L);
    }

    int lowest() {
      return (int) lowest.value().item_float();
    }

    @Override
    public boolean uses(int layer) {
      return dropout.now(1) == 0 || layer >= lowest();
    }

    @Override
    public void afterStep(long step, long total) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        lowest.value().fill_(new Scalar((double) drawn(step + 1)));
      }
    }

    @Override
    public List<Parameter> state() {
      return List.of(lowest);
    }

    @Override
    public List<Parameter> own() {
      return List.of(lowest);
    }
  }
}
