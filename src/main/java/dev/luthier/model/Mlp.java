package dev.luthier.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** down(act(gate(x)) * up(x)), the gated unit of Shazeer 2020 (SwiGLU where act is SiLU). */
record Mlp(Slot gate, Slot up, Slot down, UnaryOperator<Tensor> activation) {
  Tensor apply(Tensor x) { // (N, H)
    Tensor a = activation.apply(gate.apply(x)); // (N, F)
    return down.apply(a.mul(up.apply(x)));
  }

  List<Slot> slots() {
    return List.of(gate, up, down);
  }
}
