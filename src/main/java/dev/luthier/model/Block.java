package dev.luthier.model;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** One layer: x + attention(norm(x)), then x + mlp(norm(x)). */
record Block(Slot attentionNorm, Attention attention, Slot mlpNorm, Mlp mlp) {
  Tensor apply(Tensor x, Layout layout) { // (N, H)
    Tensor h = x.add(attention.apply(attentionNorm.apply(x), layout));
    return h.add(mlp.apply(mlpNorm.apply(h)));
  }

  List<Slot> slots() {
    return Stream.of(
            Stream.of(attentionNorm),
            attention.slots().stream(),
            Stream.of(mlpNorm),
            mlp.slots().stream())
        .flatMap(s -> s)
        .toList();
  }
}
