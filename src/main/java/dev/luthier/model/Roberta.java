package dev.luthier.model;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * RoBERTa (Liu et al. 2019), equal to transformers' modeling_roberta.py: BERT with other positions
 * and other heads.
 */
final class Roberta {
  private Roberta() {}

  static Trunk trunk(Parts parts, String top) {
    int pad = parts.config().padId().orElse(1);
    return Bert.trunk(parts, top, pad, layout -> rows(layout, pad));
  }

  /**
   * The padding token takes row pad, the n-th other token of a sequence row pad + n, counted from
   * one: transformers' create_position_ids_from_input_ids.
   */
  static Tensor rows(Layout layout, int pad) {
    Tensor real = layout.ids.ne(Ops.whole(pad)).to(ScalarType.Long); // (N)
    Tensor virtual = layout.batch.virtual();
    if (virtual != null) {
      real = real.index_fill(0, virtual, Ops.whole(1));
    }
    Tensor upTo = real.cumsum(0); // real tokens of the batch up to here
    Tensor before = upTo.sub(real);
    Tensor all =
        torch.arange(Ops.whole(real.size(0)), layout.compute.options(ScalarType.Long)); // (N)
    Tensor own =
        before.index_select(
            0,
            all.sub(layout.positions).add(Ops.whole(layout.before))); // those before the sequence
    return upTo.sub(own).add(Ops.whole(layout.before)).mul(real).add(Ops.whole(pad));
  }

  static SequenceHead scorer(HeadParts parts, int labels) {
    long hidden = parts.parts().config().hiddenSize();
    return new SequenceHead.First(
        Bert.headDrop(parts.parts()),
        parts.linear("classifier.dense", true, hidden, hidden),
        Bert.headDrop(parts.parts()),
        parts.linear("classifier.out_proj", true, labels, hidden));
  }

  /** The activation is gelu, whatever hidden_act says. */
  static Predictions predictions(Parts parts, Slot table) {
    return Predictions.of(
        parts,
        table,
        parts.plain(
            "lm_head.dense", true, parts.config().hiddenSize(), parts.config().hiddenSize()),
        torch::gelu,
        Bert.norm(parts, "lm_head.layer_norm"),
        "lm_head.");
  }
}
