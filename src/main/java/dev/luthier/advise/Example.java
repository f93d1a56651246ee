package dev.luthier.advise;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A situation with what is advised in it, and why.
 *
 * @param flags as on the command line, without the name of the command
 * @param fit what is taken to fit, so that rules are looked at without a plan; the command plans it
 * @param tight LoRA's plan as a share of what may be used, taken so, too
 * @param what the first one's objective
 * @param by the first one's tuning
 */
public record Example(
    Group group, String flags, Fit fit, double tight, Objective what, Tuning by, String why) {
  /** What examples show. */
  public enum Group {
    CHOOSE("The overview's lists"),
    TABLE("The overview's table of objectives"),
    MORE("Twenty further situations");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /** The flags by name. */
  Map<String, String> given() {
    Map<String, String> out = new LinkedHashMap<>();
    String[] words = flags.split(" ");
    for (int i = 0; i < words.length; i += 2) {
      out.put(words[i].substring(2), words[i + 1]);
    }
    return out;
  }

  /** As it is asked, before anything is planned. */
  public Situation asked() {
    return new Answers(given()).situation();
  }

  /** With what is taken to fit. */
  public Situation situation() {
    return asked().with(fit, tight);
  }
}
