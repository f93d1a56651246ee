package dev.luthier.recipe;

import java.util.stream.LongStream;

/**
 * Which rows a batch is made of, for lessons that draw anew what is learnt of a row.
 *
 * @param epoch counted from 0; {@link #EVALUATION} outside training
 * @param numbers the rows' places among those used, counted from 1
 */
record Draw(long epoch, long[] numbers) {
  static final long EVALUATION = -1;

  /** Rows of an evaluation, one after the other. */
  static Draw evaluation(long first, int count) {
    return new Draw(EVALUATION, LongStream.range(first, first + count).toArray());
  }
}
