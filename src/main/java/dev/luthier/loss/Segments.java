package dev.luthier.loss;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Whose each of M numbers is: tokens of N answers that stand end to end, or answers of N prompts.
 * So nothing here knows of padding. Segments without any number are allowed but for {@link #ends}.
 *
 * @param owner (M) int64, from 0 to {@code count} - 1
 * @param count N
 */
public record Segments(Tensor owner, long count) {
  /** One behind the other, of these lengths. */
  public static Segments ofLengths(Compute compute, long... lengths) {
    long total = 0;
    for (long length : lengths) {
      total += length;
    }
    long[] owner = new long[Math.toIntExact(total)];
    int at = 0;
    for (int i = 0; i < lengths.length; i++) {
      for (long t = 0; t < lengths[i]; t++) {
        owner[at++] = i;
      }
    }
    return new Segments(Ops.longs(owner, compute), lengths.length);
  }

  /** (N) the sum of each segment. */
  public Tensor sums(Tensor each) {
    return each.new_zeros(count).index_add(0, owner, each);
  }

  /** (N) the mean of each segment; 0 where there is nothing. */
  public Tensor means(Tensor each) {
    return sums(each).div(lengths(each).clamp_min(Ops.scalar(1)));
  }

  /** (N) how many each segment has, in the type of {@code like}. */
  public Tensor lengths(Tensor like) {
    return sums(like.detach().new_ones(owner.size(0)));
  }

  /** (M) what is known of each segment, told to each of its members. */
  public Tensor spread(Tensor ofSegment) {
    return ofSegment.index_select(0, owner);
  }

  /** (N) the largest of each segment; 0 where there is nothing. No gradient. */
  public Tensor largest(Tensor each) {
    return each.detach().new_zeros(count).scatter_reduce(0, owner, each.detach(), "amax", false);
  }

  /**
   * (N) int64: where the last member of each segment stands.
   *
   * @throws IllegalArgumentException if one has none
   */
  public Tensor ends() {
    long[] owners = Ops.toLongs(owner);
    long[] ends = new long[Math.toIntExact(count)];
    Arrays.fill(ends, -1);
    for (int m = 0; m < owners.length; m++) {
      ends[(int) owners[m]] = m;
    }
    for (int n = 0; n < ends.length; n++) {
      if (ends[n] < 0) {
        throw new IllegalArgumentException("answer %d has no token".formatted(n));
      }
    }
    return owner.new_zeros(count).copy_(Ops.longs(ends, Compute.CPU));
  }
}
