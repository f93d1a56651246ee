package dev.luthier.plan;

/**
 * What is there whatever the micro-batch, in bytes.
 *
 * @param process of the Java process and its libraries; on a GPU the room of cuBLAS
 * @param weights that do not train, and pages of files that they are mapped or were read from
 * @param adapters weights that train, float32
 * @param gradients theirs
 * @param optimizer what the optimiser keeps between steps
 * @param update what it takes while it steps
 */
public record Fixed(
    long process, long weights, long adapters, long gradients, long optimizer, long update) {
  /** Between steps. */
  public long held() {
    return process + weights + adapters + gradients + optimizer;
  }
}
