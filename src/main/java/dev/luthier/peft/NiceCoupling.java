package dev.luthier.peft;

import dev.luthier.model.Dense;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * An invertible adapter (Pfeiffer et al. 2020b, https://arxiv.org/abs/2005.00052, section 4.3,
 * after NICE, Dinh et al. 2015): the embedding's two halves are moved by functions of each other,
 * y1 = x1 + F(x2), y2 = x2 + G(y1), which is undone exactly before the output embedding. F and G
 * are bottlenecks. Letters: N tokens, H width.
 */
record NiceCoupling(Bottle f, Bottle g, long half) {
  /** down, a nonlinearity, up. */
  record Bottle(Dense down, Nonlinearity act, Dense up) {
    Tensor of(Tensor x) {
      return up.apply(act.apply(down.apply(x)));
    }
  }

  Tensor forward(Tensor x) { // (N, H)
    Tensor x1 = x.narrow(1, 0, half);
    Tensor x2 = x.narrow(1, half, x.size(1) - half);
    Tensor y1 = x1.add(f.of(x2));
    return Ops.cat(1, y1, x2.add(g.of(y1)));
  }

  Tensor inverse(Tensor y) { // (N, H)
    Tensor y1 = y.narrow(1, 0, half);
    Tensor y2 = y.narrow(1, half, y.size(1) - half);
    Tensor x2 = y2.sub(g.of(y1));
    return Ops.cat(1, y1.sub(f.of(x2)), x2);
  }
}
