package dev.luthier.plan;

/**
 * What a micro-batch takes, in bytes.
 *
 * @param activations what the layers made and what autograd keeps of it
 * @param logits the scores of all choices, and what the loss keeps of them
 * @param backward gradients of activations, at the backward pass's height
 * @param evaluation what measuring the same rows takes, without gradients
 */
public record StepMemory(long activations, long logits, long backward, long evaluation) {
  /** Forward and back. */
  public long total() {
    return activations + logits + backward;
  }
}
