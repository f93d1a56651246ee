package dev.luthier.data;

import java.nio.IntBuffer;

/** One row of training, whatever is learnt of it. */
public interface TrainingRow {
  /** What the model reads: at least one token. */
  int[] ids();

  default int length() {
    return ids().length;
  }

  /** All that it reads; equal for rows that ask the same. */
  default IntBuffer input() {
    return IntBuffer.wrap(ids());
  }

  /** How many tokens go through the model for it. */
  default int tokens() {
    return length();
  }

  /** How many sequences it makes in a batch. */
  default int sequences() {
    return 1;
  }

  /** Whether all of its sequences are of one length. */
  default boolean even() {
    return true;
  }

  /** How many things are learnt: tokens, or one label. */
  int targets();

  /** What it reads and what it is to learn; equal for rows that teach the same. */
  default IntBuffer identity() {
    return IntBuffer.wrap(ids());
  }
}
