package dev.luthier.plan;

/**
 * What a micro-batch takes, in bytes.
 *
 * @param activations what the layers made and what autograd keeps of it
 * @param logits the scores of all choices, and what the loss keeps of them
 * @param backward gradients of activations, at the backward pass's height
 * @param made what the layers made, without what autograd alone keeps
 * @param part the most that a part makes which is computed for a while
 */
public record StepMemory(long activations, long logits, long backward, long made, long part) {
  /**
   * With the scores of a chunk for a while, and their gradients, beside what the layers made.
   *
   * @param scores bytes, without gradients
   */
  public StepMemory beside(long scores) {
    return new StepMemory(
        activations, logits, Math.max(backward, 2 * scores), made, Math.max(part, 2 * scores));
  }

  /** Forward and back. */
  public long total() {
    return activations + logits + backward;
  }

  /**
   * The layers without gradients, where what a block made goes when it is done (model/Trunk): of L
   * blocks alike one holds the L-th part of what all make, or what it makes when it is run again.
   *
   * @param blocks L
   */
  public long forward(int blocks) {
    return Math.max(made / blocks, part);
  }

  /** What measuring the same rows takes: the layers, and all scores. */
  public long evaluation(int blocks) {
    return forward(blocks) + logits;
  }
}
