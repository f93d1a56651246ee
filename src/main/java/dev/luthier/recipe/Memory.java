package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory as people write it: 24GB, 512 MiB.
 *
 * @param bytes above 0
 */
public record Memory(long bytes) {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?) ?([kmgt]i?b?)", Pattern.CASE_INSENSITIVE);
  private static final String POWERS = "kmgt"; // of the base, from the first

  /**
   * @param key what it is the value of, for the error
   * @throws UserError if it is no amount of memory
   */
  public static Memory of(String key, String text) {
    Matcher m = FORM.matcher(text.strip());
    if (!m.matches()) {
      throw new UserError(
          "%s must be an amount of memory such as 24GB or 512MiB, was %s".formatted(key, text));
    }
    String unit = m.group(2).toLowerCase(Locale.ROOT);
    double base = unit.contains("i") ? 1024 : 1000;
    int power = 1 + POWERS.indexOf(unit.charAt(0));
    double bytes = Double.parseDouble(m.group(1)) * Math.pow(base, power);
    if (bytes < 1) {
      throw new UserError("%s must be > 0, was %s".formatted(key, text));
    }
    return new Memory((long) bytes);
  }

  @Override
  public String toString() {
    return PlanText.size(bytes);
  }
}
