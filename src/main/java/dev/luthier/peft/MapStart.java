package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import org.bytedeco.pytorch.Tensor;

/** How a bottleneck's weights begin, near the map that adds nothing; biases begin at 0. */
public enum MapStart {
  /** N(0, 0.02), as BERT's own: AdapterHub's default. */
  BERT("bert"),
  /** Down as torch's linear maps, up zero: adds nothing at first (He et al. 2022). */
  MAM("mam_adapter"),
  /** N(0, 0.01) cut at two deviations (Houlsby et al. 2019, section 3.6). */
  HOULSBY("houlsby");

  private final String inFiles;

  MapStart(String inFiles) {
    this.inFiles = inFiles;
  }

  String inFiles() {
    return inFiles;
  }

  /** The map into the bottleneck, (out, in). */
  Tensor down(Compute compute, long out, long in) {
    return this == MAM
        ? Fresh.uniform(compute, 1 / Math.sqrt(in), out, in) // Kaiming's with a = sqrt(5)
        : both(compute, out, in);
  }

  /** The map out of the bottleneck, (out, in). */
  Tensor up(Compute compute, long out, long in) {
    return this == MAM ? Fresh.full(compute, 0, out, in) : both(compute, out, in);
  }

  private Tensor both(Compute compute, long out, long in) {
    return this == HOULSBY
        ? Fresh.cut(compute, 0.01, 2, out, in)
        : Fresh.normal(compute, 0.02, out, in);
  }
}
