package dev.luthier.plan;

/**
 * A tensor of a step.
 *
 * @param shape as it was in a probe, or is to be
 * @param bytes of the memory that it looks into
 */
record Made(double[] shape, double bytes) {
  static Made of(long[] shape, double bytes) {
    double[] sizes = new double[shape.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = shape[i];
    }
    return new Made(sizes, bytes);
  }

  /** The same at another extent, from this probe and a second one. */
  Made at(Extent target, Extent one, Made second, Extent two) {
    if (shape.length != second.shape.length) {
      return new Made(shape, target.line(bytes, one, second.bytes, two));
    }
    double[] sizes = new double[shape.length];
    double by = 1;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = target.dimension((long) shape[i], one, (long) second.shape[i], two);
      by *= shape[i] == 0 ? 1 : sizes[i] / shape[i];
    }
    return new Made(sizes, bytes * by);
  }
}
