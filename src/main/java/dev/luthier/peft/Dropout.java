package dev.luthier.peft;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The switch between training and evaluation that all adapters of a model share. */
final class Dropout {
  private boolean training;

  void training(boolean on) {
    training = on;
  }

  /** x with each value dropped at the given rate and the rest scaled up, while training. */
  Tensor apply(Tensor x, double rate) {
    return training && rate > 0 ? torch.dropout(x, rate, true) : x;
  }
}
