package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What an adapter's output is multiplied by: s of He et al. 2022, section 3.3. */
@Doc("What the adapter's output is multiplied by")
public sealed interface Scaling {
  /** How many numbers of it train, in a model of this width; they begin at 1. */
  long trained(long hidden);

  /**
   * s y.
   *
   * @param own what trains: one tensor, or none
   */
  Tensor apply(Tensor y, List<Parameter> own);

  /** What AdapterHub's files have for it. */
  Object inFiles();

  /** The same number throughout. */
  @Shorthand
  @Doc("A number")
  record Fixed(@Doc("The number") double by) implements Scaling {
    public Fixed {
      Check.above("scaling.fixed", 0, by);
    }

    @Override
    public long trained(long hidden) {
      return 0;
    }

    @Override
    public Tensor apply(Tensor y, List<Parameter> own) {
      return by == 1 ? y : y.mul(Ops.scalar(by));
    }

    @Override
    public Object inFiles() {
      return by;
    }
  }

  /** A number that trains. */
  @Doc("A number that trains, from 1")
  record Learned() implements Scaling {
    @Override
    public long trained(long hidden) {
      return 1;
    }

    @Override
    public Tensor apply(Tensor y, List<Parameter> own) {
      return y.mul(own.get(0).as(y));
    }

    @Override
    public Object inFiles() {
      return "learned";
    }
  }

  /** A number for each channel, all of which train. */
  @Doc("A number for each channel, all of which train, from 1")
  record Channels() implements Scaling {
    @Override
    public long trained(long hidden) {
      return hidden;
    }

    @Override
    public Tensor apply(Tensor y, List<Parameter> own) {
      return y.mul(own.get(0).as(y));
    }

    @Override
    public Object inFiles() {
      return "channel";
    }
  }
}
