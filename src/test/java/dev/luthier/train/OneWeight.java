package dev.luthier.train;

import dev.luthier.loss.Loss;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.DoubleStream;

/**
 * A model of one weight w that starts at 1, and batches that are numbers: the loss of a number g is
 * g w over the denominator, its gradient g over the denominator.
 *
 * @param optim AdamW with rate 0.1 and no decay: while all gradients are alike, a step takes 0.1
 *     from w
 */
record OneWeight(Parameter weight, Optim optim) implements AutoCloseable {
  static OneWeight create() {
    Parameter weight = new Parameter("w", Ops.floats(new float[] {1}, Compute.CPU));
    Optim.Group group = new Optim.Group(List.of(weight), 0.1, 0);
    return new OneWeight(
        weight, new Optim(List.of(group), AdamW.of(0.9, 0.999, 1e-8), Compute.CPU));
  }

  float value() {
    return Ops.toFloats(weight.value())[0];
  }

  Loop loop(double clip) {
    return new Loop(optim, new Schedule.Constant(new Span.Steps(0)), clip, 1);
  }

  Objective<Double> objective() {
    return (g, denominator) -> Loss.of(weight.value().mul(Ops.scalar(g / denominator)).sum());
  }

  /** Steps of one pass of {@code perEpoch} steps after the other; parts weigh 1 each. */
  static Steps<Double> steps(long total, long perEpoch, LongFunction<double[]> parts) {
    return new Steps<>() {
      @Override
      public long total() {
        return total;
      }

      @Override
      public long perEpoch() {
        return perEpoch;
      }

      @Override
      public List<Micro<Double>> at(long step) {
        return DoubleStream.of(parts.apply(step))
            .mapToObj(g -> new Micro<>(() -> g, 1, 10, "the batch of " + g))
            .toList();
      }
    };
  }

  @Override
  public void close() {
    optim.close();
    weight.close();
  }
}
