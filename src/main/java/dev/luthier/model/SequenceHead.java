package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * From the states of all tokens to the scores of each sequence. Letters: N tokens, B sequences, H
 * width, L labels.
 */
sealed interface SequenceHead {
  /**
   * @param states (N, H)
   * @return (B, L) float32
   */
  Tensor apply(Tensor states, Sequences batch, Compute compute);

  /** In the order of a forward pass. */
  List<Slot> slots();

  /**
   * out(after(tanh(dense(before(first token))))): BERT, whose dense is the pooler, and RoBERTa.
   *
   * @param before dropout
   * @param after dropout
   */
  record First(UnaryOperator<Tensor> before, Slot dense, UnaryOperator<Tensor> after, Slot out)
      implements SequenceHead {
    @Override
    public Tensor apply(Tensor states, Sequences batch, Compute compute) {
      Tensor first = states.index_select(0, Rows.first(batch, compute)); // (B, H)
      Tensor pooled = dense.apply(before.apply(first)).tanh();
      return out.apply(after.apply(pooled)).to(ScalarType.Float);
    }

    @Override
    public List<Slot> slots() {
      return List.of(dense, out);
    }
  }

  /**
   * score(last token that is not the padding token): decoders. As in transformers, a padding token
   * at the end of a sequence is passed over even where it was meant, such as an end token that also
   * serves as padding.
   *
   * @param pad the padding token, or -1
   */
  record Last(Slot score, int pad) implements SequenceHead {
    @Override
    public Tensor apply(Tensor states, Sequences batch, Compute compute) {
      return score.apply(states.index_select(0, rows(batch, compute))).to(ScalarType.Float);
    }

    private Tensor rows(Sequences batch, Compute compute) {
      Tensor ends = Rows.last(batch, compute); // (B)
      if (pad < 0) {
        return ends;
      }
      Tensor all = torch.arange(Ops.whole(batch.tokens()), compute.options(ScalarType.Long)); // (N)
      Tensor real = all.masked_fill(batch.ids().eq(Ops.whole(pad)), Ops.whole(-1));
      Tensor latest = torch.cummax(real, 0).get0(); // the last real token up to here
      return latest.index_select(0, ends).maximum(Rows.first(batch, compute));
    }

    @Override
    public List<Slot> slots() {
      return List.of(score);
    }
  }
}
