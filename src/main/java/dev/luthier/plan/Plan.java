package dev.luthier.plan;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The memory of a run, part by part, in bytes.
 *
 * @param extent of the micro-batch that takes the most
 * @param evaluation the most that measuring takes beside what is fixed
 * @param cache what writing answers takes: keys and values, prompts that are read, scores
 */
public record Plan(Fixed fixed, Extent extent, StepMemory step, long evaluation, long cache) {
  /** The most that is in use at once. */
  public long peak() {
    return fixed.held() + beside();
  }

  /** Beside what is fixed: a step forward and back, the update, and evaluations do not coincide. */
  private long beside() {
    long stepping = Math.max(step.total(), fixed.update());
    return Math.max(stepping, Math.max(evaluation, cache));
  }

  /** What the peak is reached in. */
  public String when() {
    if (beside() == step.total()) {
      return "the backward pass";
    }
    if (beside() == fixed.update()) {
      return "the optimiser's step";
    }
    return beside() == evaluation ? "the evaluation" : "writing answers";
  }

  /** All parts by name, and the peak. */
  public Map<String, Long> parts() {
    Map<String, Long> out = new LinkedHashMap<>();
    out.put("process", fixed.process());
    out.put("weights", fixed.weights());
    out.put("adapters", fixed.adapters());
    out.put("gradients", fixed.gradients());
    out.put("optimizer", fixed.optimizer());
    out.put("activations", step.activations());
    out.put("logits", step.logits());
    out.put("workspace", Math.max(step.backward(), beside() - step.activations() - step.logits()));
    out.put("cache", cache);
    out.put("peak", peak());
    return out;
  }
}
