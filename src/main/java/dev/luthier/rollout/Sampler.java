package dev.luthier.rollout;

import dev.luthier.tensor.Drawing;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Seed;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.DoubleArrayRef;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Chooses the next token of R sequences from their logits. Order and borderline cases are those of
 * transformers 5 ({@code generation/logits_process.py}): what ties with the k-th token stays under
 * top-k, and every filter leaves at least one token.
 *
 * <p>A draw inverts the cumulative distribution at one uniform number per sequence, which is a
 * function of the seed, the sequence and the place of the token alone: what one sequence becomes
 * does not hang on its neighbours in the batch.
 *
 * <p>Letters: R sequences, V tokens of the vocabulary.
 */
final class Sampler {
  private static final double NOTHING = Double.NEGATIVE_INFINITY;

  private final Sampling sampling;

  Sampler(Sampling sampling) {
    this.sampling = sampling;
  }

  /**
   * The chosen tokens.
   *
   * @param ids (R) the tokens
   * @param logProbs (R) log-probabilities under the model's own distribution
   * @param drawLogProbs (R) under the distribution drawn from, 0 for a greedy choice
   */
  record Draw(int[] ids, float[] logProbs, float[] drawLogProbs) {}

  /** The uniform number in [0, 1) that decides one token of one sequence; 53 random bits. */
  static double uniform(long seed, int sequence, int place) {
    return (Seed.of(seed, sequence, place) >>> 11) * 0x1p-53;
  }

  /**
   * @param logits (R, V) float32, as the model gives them
   * @param seen per sequence the tokens of its prompt and completion so far; only read where there
   *     is a repetition penalty
   * @param uniforms (R) from {@link #uniform}; not read where the choice is greedy
   */
  Draw draw(Tensor logits, List<int[]> seen, double[] uniforms) {
    Optional<Drawing> quick = sampling.whole() ? Fusion.drawing(logits) : Optional.empty();
    return quick.isPresent()
        ? unpack(quick.get().draw(logits, doubles(uniforms, logits), sampling.temperature()).cpu())
        : unpack(drawn(logits, seen, uniforms).cpu());
  }

  /** (R, 3), as {@link Drawing#draw} gives it: one transfer; every id is exact in a double. */
  private Tensor drawn(Tensor logits, List<int[]> seen, double[] uniforms) {
    Tensor scores = process(logits, seen); // (R, V)
    Tensor model = torch.log_softmax(logits, -1); // (R, V)
    Tensor ids; // (R, 1)
    Tensor drawn; // (R, 1)
    if (sampling.greedy()) {
      ids = scores.argmax(new LongOptional(-1), true);
      drawn = torch.zeros_like(ids);
    } else {
      Tensor own = scores == logits ? model : torch.log_softmax(scores, -1); // (R, V)
      ids = invert(own.exp(), uniforms);
      drawn = own.gather(1, ids);
    }
    return torch.cat(
        new TensorVector(
            ids.to(ScalarType.Double),
            model.gather(1, ids).to(ScalarType.Double),
            drawn.to(ScalarType.Double)),
        1);
  }

  /** What transformers' processors and warpers make of the logits: (R, V), -inf where removed. */
  Tensor process(Tensor logits, List<int[]> seen) {
    Tensor scores = logits;
    if (sampling.repetitionPenalty() != 1) {
      scores = repetitionPenalty(scores, seen, sampling.repetitionPenalty());
    }
    if (sampling.greedy()) {
      return scores; // neither temperature nor a filter moves the largest
    }
    if (sampling.temperature() != 1) {
      scores = scores.div(Ops.scalar(sampling.temperature()));
    }
    if (sampling.topK() > 0 && sampling.topK() < scores.size(1)) {
      scores = topK(scores, sampling.topK());
    }
    if (sampling.topP() < 1) {
      scores = topP(scores, sampling.topP());
    }
    return sampling.minP() > 0 ? minP(scores, sampling.minP()) : scores;
  }

  /**
   * Keskar et al. 2019 (CTRL, https://arxiv.org/abs/1909.05858), section 4.1: the score of a token
   * seen before is divided by the penalty. As transformers has it, a negative score is multiplied,
   * so that the token becomes less likely in both cases; how often it was seen does not matter.
   */
  static Tensor repetitionPenalty(Tensor scores, List<int[]> seen, double penalty) {
    long vocabulary = scores.size(1);
    long[] flat = new long[seen.stream().mapToInt(s -> s.length).sum()];
    int n = 0;
    for (int row = 0; row < seen.size(); row++) {
      for (int id : seen.get(row)) {
        flat[n++] = row * vocabulary + id;
      }
    }
    Tensor places = torch.tensor(flat).to(scores.device(), ScalarType.Long); // (S), may repeat
    Tensor old = scores.take(places); // (S)
    Tensor worse =
        torch.where(
            old.lt(Ops.scalar(0)),
            old.mul(Ops.scalar(penalty)),
            old.div(Ops.scalar(penalty))); // (S); equal places get equal values
    return scores.clone().put_(places, worse);
  }

  /** Fan et al. 2018 (https://arxiv.org/abs/1805.04833), section 5.4: only the k likeliest stay. */
  static Tensor topK(Tensor scores, int k) {
    Tensor kth = scores.topk(k, -1, true, true).get0().narrow(1, k - 1, 1); // (R, 1)
    return scores.masked_fill(scores.lt(kth), Ops.scalar(NOTHING));
  }

  /**
   * Holtzman et al. 2020 (nucleus, https://arxiv.org/abs/1904.09751), equation 2: the smallest set
   * whose mass is at least p stays. In ascending order a token goes while the mass up to and with
   * it is at most 1 - p.
   */
  static Tensor topP(Tensor scores, double p) {
    T_TensorTensor_T ascending = scores.sort(-1, false);
    Tensor mass = torch.softmax(ascending.get0(), -1).cumsum(-1); // (R, V)
    Tensor gone = mass.le(Ops.scalar(1 - p)); // (R, V)
    gone.narrow(1, gone.size(1) - 1, 1).fill_(Ops.scalar(0)); // the likeliest stays
    return scores.masked_fill(
        torch.zeros_like(gone).scatter(1, ascending.get1(), gone), Ops.scalar(NOTHING));
  }

  /**
   * Nguyen et al. 2024 (min-p, https://arxiv.org/abs/2407.01082): a token stays if its probability
   * is at least {@code share} times that of the likeliest.
   */
  static Tensor minP(Tensor scores, double share) {
    Tensor probs = torch.softmax(scores, -1); // (R, V)
    Tensor least = probs.amax(new long[] {-1}, true).mul(Ops.scalar(share)); // (R, 1)
    return scores.masked_fill(probs.lt(least), Ops.scalar(NOTHING));
  }

  /**
   * Inverse transform sampling: the first token whose cumulative probability passes u times the
   * whole. Since u is at most 1 - 2^-53, the product stays below the whole after rounding, too, so
   * a token of probability 0 is never drawn.
   *
   * @return (R, 1) int64
   */
  static Tensor invert(Tensor probs, double[] uniforms) {
    Tensor cdf = probs.cumsum(-1, new ScalarTypeOptional(ScalarType.Double)); // (R, V)
    Tensor u = doubles(uniforms, probs).unsqueeze(1); // (R, 1)
    Tensor whole = cdf.narrow(1, cdf.size(1) - 1, 1); // (R, 1)
    return torch.searchsorted(
        cdf, whole.mul(u), false, true, new StringViewOptional(), new TensorOptional());
  }

  private static Tensor doubles(double[] values, Tensor like) {
    return torch
        .tensor(new DoubleArrayRef(new DoublePointer(values), values.length))
        .to(like.device(), ScalarType.Double);
  }

  private static Draw unpack(Tensor columns) {
    int rows = (int) columns.size(0);
    double[] values = new double[rows * 3];
    new DoublePointer(columns.contiguous().data_ptr_double()).get(values);
    Draw draw = new Draw(new int[rows], new float[rows], new float[rows]);
    for (int r = 0; r < rows; r++) {
      draw.ids[r] = (int) values[3 * r];
      draw.logProbs[r] = (float) values[3 * r + 1];
      draw.drawLogProbs[r] = (float) values[3 * r + 2];
    }
    return draw;
  }
}
