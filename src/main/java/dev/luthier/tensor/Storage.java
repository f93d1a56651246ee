package dev.luthier.tensor;

import org.bytedeco.pytorch.Tensor;

/** How frozen weights of linear maps are kept in memory. */
public interface Storage {
  /**
   * Packs a weight; the result owns what it holds, beyond any scope.
   *
   * @param name of the weight in the files, for errors
   * @param weight of a real type, on any device; it is not changed
   * @param compute where the bits are to lie
   */
  Packed pack(String name, Tensor weight, Compute compute);

  /** What a packed weight of so many numbers holds, in bytes; tables of values aside. */
  long bytes(long count);
}
