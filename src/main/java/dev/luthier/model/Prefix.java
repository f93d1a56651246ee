package dev.luthier.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Keys and values that every token of a sequence sees in every layer, as if the sequence had begun
 * P tokens earlier. Letters: B sequences, G key and value heads, P virtual tokens, D width of a
 * head.
 */
public interface Prefix {
  /**
   * @param keys (B or 1, G, P, D), as they are after any turning by position
   * @param values (B or 1, G, P, D)
   */
  record KeysValues(Tensor keys, Tensor values) {}

  /** No virtual tokens. */
  Prefix NONE =
      new Prefix() {
        @Override
        public int length() {
          return 0;
        }

        @Override
        public List<KeysValues> layers(int sequences) {
          throw new IllegalStateException("there are no virtual tokens");
        }
      };

  /** P. */
  int length();

  /** What each layer sees, for a batch of so many sequences; asked for once a call. */
  List<KeysValues> layers(int sequences);
}
