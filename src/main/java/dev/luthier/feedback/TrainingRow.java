package dev.luthier.feedback;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A row of training data as Luthier's readers take it (docs/data.md); they pass over {@code
 * weight}.
 */
record TrainingRow(Prompted prompt, ObjectNode json, double weight) {

  static TrainingRow pair(
      Prompted prompt, String chosen, String rejected, double probability, double weight) {
    ObjectNode row = row(prompt);
    row.set("chosen", prompt.answered(chosen));
    row.set("rejected", prompt.answered(rejected));
    if (probability < 1) {
      row.put("probability", probability);
    }
    return of(prompt, row, weight);
  }

  static TrainingRow label(Prompted prompt, String text, boolean good, double weight) {
    ObjectNode row = row(prompt);
    row.set("completion", prompt.answered(text));
    return of(prompt, row.put("label", good), weight);
  }

  static TrainingRow sft(Prompted prompt, String text, double weight) {
    if (prompt.json().isArray()) {
      ObjectNode row = JsonForm.MAPPER.createObjectNode();
      row.set("messages", prompt.conversation(text));
      return of(prompt, row, weight);
    }
    ObjectNode row = row(prompt);
    row.set("completion", prompt.answered(text));
    return of(prompt, row, weight);
  }

  private static ObjectNode row(Prompted prompt) {
    ObjectNode row = JsonForm.MAPPER.createObjectNode();
    row.set("prompt", prompt.json());
    return row;
  }

  private static TrainingRow of(Prompted prompt, ObjectNode row, double weight) {
    return new TrainingRow(prompt, row.put("weight", weight), weight);
  }
}
