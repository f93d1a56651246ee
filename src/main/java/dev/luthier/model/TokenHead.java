package dev.luthier.model;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** map(drop(state)) of every token. Letters: N tokens, H width, L labels. */
record TokenHead(UnaryOperator<Tensor> drop, Slot map) {
  Tensor apply(Tensor states) { // (N, H) -> (N, L)
    return map.apply(drop.apply(states)).to(ScalarType.Float);
  }
}
