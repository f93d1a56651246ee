package dev.luthier.rollout;

/** Text of tokens, special tokens left out: {@code ids -> tokenizer.decode(ids, true)}. */
@FunctionalInterface
public interface Decoder {
  String decode(int[] ids);
}
