package dev.luthier.data;

import java.nio.IntBuffer;

/**
 * A text to read and a text to write.
 *
 * @param ids the tokens that the encoder reads, at least one
 * @param target the tokens that the decoder writes, its end token among them; at least one
 */
public record Seq2SeqRow(int[] ids, int[] target) implements TrainingRow {
  @Override
  public int targets() {
    return target.length;
  }

  @Override
  public IntBuffer identity() {
    return LabelledRow.with(ids, target);
  }
}
