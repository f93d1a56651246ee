package dev.luthier.data;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Judged answers as tensors. Letters: R rows, K answers of all rows, M learnt tokens of all
 * answers.
 *
 * @param written all answers of all rows, each a sequence that begins with its prompt; the targets
 *     are the answers' tokens
 * @param owner (M) int64, the answer in 0..K-1 that each target belongs to
 * @param lengths (K) float32, how many targets each answer has
 * @param starts (R + 1), the first answer of each row, and K
 * @param judgements of the rows, in their order
 */
public record AnswersBatch(
    TokenBatch written, Tensor owner, Tensor lengths, int[] starts, List<Judgement> judgements) {
  public AnswersBatch {
    judgements = List.copyOf(judgements);
  }

  /** Lays the answers of the rows end to end. */
  public static AnswersBatch of(List<AnswersRow> rows, Compute compute) {
    List<TokenRow> each = rows.stream().flatMap(row -> row.each().stream()).toList();
    int[] starts = new int[rows.size() + 1];
    for (int r = 0; r < rows.size(); r++) {
      starts[r + 1] = starts[r] + rows.get(r).each().size();
    }
    long[] owner = new long[each.stream().mapToInt(TokenRow::targets).sum()];
    float[] lengths = new float[each.size()];
    int m = 0;
    for (int k = 0; k < lengths.length; k++) {
      int targets = each.get(k).targets();
      lengths[k] = targets;
      Arrays.fill(owner, m, m + targets, k);
      m += targets;
    }
    return new AnswersBatch(
        TokenBatch.of(each, compute),
        Ops.longs(owner, compute),
        Ops.floats(lengths, compute),
        starts,
        rows.stream().map(AnswersRow::judgement).toList());
  }

  /** Where it lies. */
  public Compute compute() {
    return new Compute(
        owner.is_cuda() ? "cuda:" + owner.device().index() : "cpu", ScalarType.Float);
  }

  /** K. */
  public int answers() {
    return starts[starts.length - 1];
  }

  /**
   * (R) int64, where the answer of this number is among the K, for each row: of pairs 0 is the
   * chosen one and 1 the rejected one.
   *
   * @throws IndexOutOfBoundsException if a row has no such answer
   */
  public Tensor places(int number, Compute compute) {
    long[] out = new long[judgements.size()];
    for (int r = 0; r < out.length; r++) {
      if (starts[r] + number >= starts[r + 1]) {
        throw new IndexOutOfBoundsException("row " + r + " has no answer " + number);
      }
      out[r] = starts[r] + number;
    }
    return Ops.longs(out, compute);
  }

  /** (R) float32: 1 where the answer is desirable, 0 where it is not. */
  public Tensor desirable(Compute compute) {
    return floats(j -> ((Judgement.Labelled) j).desirable() ? 1 : 0, compute);
  }

  /** (K, A) float32: the grade of each answer in each aspect, which all rows must have. */
  public Tensor grades(Compute compute) {
    List<String> aspects = ((Judgement.Graded) judgements.get(0)).aspects();
    float[] out = new float[answers() * aspects.size()];
    int n = 0;
    for (Judgement judgement : judgements) {
      for (List<Double> one : ((Judgement.Graded) judgement).grades()) {
        for (double grade : one) {
          out[n++] = (float) grade;
        }
      }
    }
    return Ops.floats(out, compute).view(answers(), aspects.size());
  }

  private Tensor floats(ToDoubleFunction<Judgement> number, Compute compute) {
    float[] out = new float[judgements.size()];
    for (int r = 0; r < out.length; r++) {
      out[r] = (float) number.applyAsDouble(judgements.get(r));
    }
    return Ops.floats(out, compute);
  }
}
