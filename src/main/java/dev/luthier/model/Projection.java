package dev.luthier.model;

import org.bytedeco.pytorch.Tensor;

/** A map of the last dimension, x (..., in) -> y (..., out). */
@FunctionalInterface
public interface Projection {
  Tensor apply(Tensor x);
}
