package dev.luthier.plan;

/**
 * What a micro-batch takes, in bytes.
 *
 * @param activations what the layers made and what autograd keeps of it
 * @param logits the scores of all choices, and what the loss keeps of them
 * @param backward gradients of activations, at the backward pass's height
 * @param seen what the program's scopes hold, as they do in an evaluation too
 */
public record StepMemory(long activations, long logits, long backward, long seen) {
  public long total() {
    return activations + logits + backward;
  }
}
