package dev.luthier.advise;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How fast this machine's processor multiplies now. */
final class Speed {
  private static final int WIDTH = 1024;
  private static final int TIMES = 3;

  private Speed() {}

  /** The best of some products of two 1024 x 1024 matrices, in 10^12 operations a second. */
  static double measured() {
    try (Scope scope = new Scope()) {
      Tensor x = torch.ones(new long[] {WIDTH, WIDTH}, Compute.CPU.options(ScalarType.Float));
      long best = Long.MAX_VALUE;
      for (int i = 0; i <= TIMES; i++) {
        long begin = System.nanoTime();
        torch.matmul(x, x);
        best = Math.min(best, System.nanoTime() - begin);
      }
      return 2.0 * WIDTH * WIDTH * WIDTH / best / 1e3; // operations a nanosecond to 10^12 a second
    }
  }
}
