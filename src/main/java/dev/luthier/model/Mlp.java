package dev.luthier.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** The feed-forward part of a layer. Letters: N tokens, H width, F inner width. */
sealed interface Mlp {
  Tensor apply(Tensor x); // (N, H)

  List<Slot> slots();

  /** down(drop(act(gate(x)) * up(x))), Shazeer 2020 (SwiGLU where act is SiLU). */
  record Gated(Slot gate, Slot up, Slot down, UnaryOperator<Tensor> act, UnaryOperator<Tensor> drop)
      implements Mlp {
    @Override
    public Tensor apply(Tensor x) {
      Tensor a = act.apply(gate.apply(x)); // (N, F)
      return down.apply(drop.apply(a.mul(up.apply(x))));
    }

    @Override
    public List<Slot> slots() {
      return List.of(gate, up, down);
    }
  }

  /** The same with gate and up in one matrix, the rows of gate first. */
  record GatedJoined(Slot gateUp, Slot down, UnaryOperator<Tensor> act) implements Mlp {
    @Override
    public Tensor apply(Tensor x) {
      Tensor both = gateUp.apply(x); // (N, 2 F)
      long inner = both.size(1) / 2;
      Tensor a = act.apply(both.narrow(1, 0, inner));
      return down.apply(a.mul(both.narrow(1, inner, inner)));
    }

    @Override
    public List<Slot> slots() {
      return List.of(gateUp, down);
    }
  }

  /** down(drop(act(up(x)))). */
  record Plain(Slot up, Slot down, UnaryOperator<Tensor> act, UnaryOperator<Tensor> drop)
      implements Mlp {
    @Override
    public Tensor apply(Tensor x) {
      return down.apply(drop.apply(act.apply(up.apply(x))));
    }

    @Override
    public List<Slot> slots() {
      return List.of(up, down);
    }
  }
}
