package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts to read and texts to write, each laid end to end. The shift by one is done here, once:
 * having read the start token and the target up to i, the decoder predicts token i of the target. A
 * text to read that follows its like is there once: the choices of a question share it.
 *
 * @param input the texts that the encoder reads, B at most
 * @param sources (B) which of them each text to write is for
 * @param decoder the B texts that the decoder reads: the start token, and the target but for its
 *     last token; M tokens
 * @param targets (M) int64, what each position of the decoder predicts
 */
public record Seq2SeqBatch(Sequences input, int[] sources, Sequences decoder, Tensor targets) {

  /**
   * @param start the model's decoder_start_token_id
   */
  public static Seq2SeqBatch of(List<Seq2SeqRow> rows, int start, Compute compute) {
    List<int[]> targets = rows.stream().map(Seq2SeqRow::target).toList();
    List<int[]> read = new ArrayList<>();
    int[] sources = new int[rows.size()];
    for (int i = 0; i < sources.length; i++) {
      int[] ids = rows.get(i).ids();
      if (read.isEmpty() || !Arrays.equals(ids, read.get(read.size() - 1))) {
        read.add(ids);
      }
      sources[i] = read.size() - 1;
    }
    return new Seq2SeqBatch(
        Sequences.of(read, compute),
        sources,
        Sequences.of(targets.stream().map(target -> shifted(start, target)).toList(), compute),
        LabelledBatch.flat(targets, compute));
  }

  private static int[] shifted(int start, int[] target) {
    int[] out = new int[target.length];
    out[0] = start;
    System.arraycopy(target, 0, out, 1, target.length - 1);
    return out;
  }
}
