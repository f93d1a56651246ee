package dev.luthier.online;

import dev.luthier.error.UserError;
import java.util.regex.Pattern;

/** What versions are called: v0000 is the model as it came, v0001 the first that was tuned. */
public final class VersionName {
  /** The model without an adapter. */
  public static final String FIRST = "v0000";

  private static final Pattern FORM = Pattern.compile("v(\\d{4}|[1-9]\\d{4,8})");

  private VersionName() {}

  /** Whether a text may name a version; no other text ever becomes a part of a path. */
  public static boolean isOne(String name) {
    return FORM.matcher(name).matches();
  }

  /**
   * @throws UserError if it is the name of no version, such as one that leads to another folder
   */
  public static String check(String name) {
    if (!isOne(name)) {
      throw new UserError(
          "a version is called v and four digits, such as v0001; was \"%s\"".formatted(name));
    }
    return name;
  }

  static String of(int number) {
    return "v%04d".formatted(number);
  }

  static int number(String name) {
    return Integer.parseInt(check(name).substring(1));
  }
}
