package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows with all their answers beside each other, as losses of whole rankings take them. Letters: R
 * rows, C the most answers that one of them has, K answers of the batch.
 *
 * @param places for each row its answers among the K
 * @param judgements of the rows
 */
public record SideBySide(List<int[]> places, List<Judgement> judgements) {
  public SideBySide {
    places = List.copyOf(places);
    judgements = List.copyOf(judgements);
  }

  /** All rows of a batch. */
  public static SideBySide of(AnswersBatch batch) {
    return of(batch, Judgement.class);
  }

  /** The rows of a batch that are judged in one way. */
  public static SideBySide of(AnswersBatch batch, Class<? extends Judgement> kind) {
    int[] rows =
        IntStream.range(0, batch.judgements().size())
            .filter(r -> kind.isInstance(batch.judgements().get(r)))
            .toArray();
    int[] starts = batch.starts();
    return new SideBySide(
        Arrays.stream(rows)
            .mapToObj(r -> IntStream.range(starts[r], starts[r + 1]).toArray())
            .toList(),
        Arrays.stream(rows).mapToObj(batch.judgements()::get).toList());
  }

  /** R. */
  public int rows() {
    return places.size();
  }

  /** C. */
  public int most() {
    return places.stream().mapToInt(row -> row.length).max().orElse(0);
  }

  /**
   * (R, C) of what there is for each of the K answers, (K); where there is no answer it is that of
   * some other.
   */
  public Tensor gather(Tensor each, Compute compute) {
    long[] out = new long[rows() * most()];
    for (int r = 0; r < rows(); r++) {
      for (int i = 0; i < places.get(r).length; i++) {
        out[r * most() + i] = places.get(r)[i];
      }
    }
    return each.index_select(0, Ops.longs(out, compute)).view(rows(), most());
  }

  /**
   * (R, C) int64: 1 for the best answer, 0 where there is none. The first answer of a pair is taken
   * to be the better one.
   */
  public Tensor ranks(Compute compute) {
    long[] out = new long[rows() * most()];
    for (int r = 0; r < rows(); r++) {
      for (int i = 0; i < places.get(r).length; i++) {
        out[r * most() + i] =
            1L + (judgements.get(r) instanceof Judgement.Ranked ranked ? ranked.ranks().get(i) : i);
      }
    }
    return Ops.longs(out, compute).view(rows(), most());
  }

  /** (R, C) float32: the overall grade of each answer, NaN where there is none. */
  public Tensor grades(Compute compute) {
    float[] out = new float[rows() * most()];
    Arrays.fill(out, Float.NaN);
    for (int r = 0; r < rows(); r++) {
      Judgement.Graded graded = (Judgement.Graded) judgements.get(r);
      for (int i = 0; i < places.get(r).length; i++) {
        out[r * most() + i] = (float) graded.grade(i);
      }
    }
    return Ops.floats(out, compute).view(rows(), most());
  }
}
