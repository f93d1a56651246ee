package dev.luthier.model;

import org.bytedeco.pytorch.Tensor;

/**
 * Embeddings that stand in front of every sequence as if they were tokens of it. Letters: B
 * sequences, P virtual tokens, E width of the table of tokens.
 */
public interface Prompt {
  /** No virtual tokens. */
  Prompt NONE =
      new Prompt() {
        @Override
        public int length() {
          return 0;
        }

        @Override
        public Tensor rows(int sequences) {
          throw new IllegalStateException("there are no virtual tokens");
        }
      };

  /** P. */
  int length();

  /** The embeddings for a batch of so many sequences, (B, P, E). */
  Tensor rows(int sequences);
}
