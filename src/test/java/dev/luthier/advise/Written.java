package dev.luthier.advise;

import dev.luthier.recipe.Outlook.Room;
import java.util.Locale;
import java.util.Map;

/** The recipe of a pair on tiny-base, for tests of commands. */
public final class Written {
  private Written() {}

  /**
   * @param data as the flag has it
   */
  public static String recipe(String objective, String tuning, String data) {
    boolean tuned = !data.contains("demonstrations");
    Situation s =
        new Answers(
                Map.of(
                    "model",
                    "models/tiny-base",
                    "tuned",
                    tuned ? "yes" : "no",
                    "data",
                    data,
                    "device",
                    "cpu",
                    "memory",
                    "16GB",
                    "length",
                    "64"))
            .situation();
    Objective what = Objective.valueOf(name(objective));
    Tuning by = Tuning.valueOf(name(tuning));
    Room room = new Room(1_000_000_000, 1_000_000, 16, false, true);
    return new Draft(s, new Pair(Standing.of(what, s), Standing.of(by, s)), room).text();
  }

  private static String name(String label) {
    return label.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
