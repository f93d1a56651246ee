package dev.luthier.advise;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What is asked, as a flag or at a terminal. */
public enum Question {
  MODEL("Which model: a folder, or a size such as 8B?", ""),
  TUNED("Does it follow instructions already (yes, no)?", "no"),
  DEVICE("What trains: cpu, gpu, or a card such as h100, a100, l40s, l4, t4, 4090, 3090?", "cpu"),
  MEMORY("How much memory has it, such as 24GB?", ""),
  DATA("What is there to learn from? KIND or KIND=FILE, with commas: " + kinds(), ""),
  TASKS("How many tasks, each with an adaptation of its own?", "1"),
  QUALITY("How good has it to be (enough, good, best)?", "good"),
  WISHES("What else is wanted, with commas: " + wishes(), "none");

  private final String text;
  private final String usual;

  /**
   * @param usual the answer of those who give none; empty where there is no such
   */
  Question(String text, String usual) {
    this.text = text;
    this.usual = usual;
  }

  public String text() {
    return usual.isEmpty() ? text : text + " [" + usual + "]";
  }

  public String usual() {
    return usual;
  }

  private static String kinds() {
    return Arrays.stream(Feedback.values())
        .map(f -> f.label() + " (" + f.words() + ")")
        .collect(Collectors.joining(", "));
  }

  private static String wishes() {
    return Arrays.stream(Wish.values())
        .map(w -> w.label() + " (" + w.words() + ")")
        .collect(Collectors.joining(", "));
  }
}
