package dev.luthier.tensor;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The switch between training and evaluation that all layers and adapters of a model share. */
public final class Dropout {
  private boolean training;

  public void training(boolean on) {
    training = on;
  }

  /** Whether it is training. */
  public boolean training() {
    return training;
  }

  /** x with each value dropped at the given rate and the rest scaled up, while training. */
  public Tensor apply(Tensor x, double rate) {
    if (!training || rate <= 0) {
      return x;
    }
    Ledger.unseen(x, x.is_cuda() ? 1 : x.element_size()); // what says which values are dropped
    return torch.dropout(x, rate, true);
  }

  /** What {@link #apply} does at this rate, as a map. */
  public UnaryOperator<Tensor> at(double rate) {
    return rate > 0 ? x -> apply(x, rate) : UnaryOperator.identity();
  }

  /** The rate that is in force: zero outside of training. */
  public double now(double rate) {
    return training ? rate : 0;
  }

  /** Work as outside of training, wherever it comes amid one. */
  public <T> T still(Supplier<T> work) {
    boolean before = training();
    training(false);
    try {
      return work.get();
    } finally {
      training(before);
    }
  }
}
