package dev.luthier.online;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time as a recipe has it. */
@Doc("a time such as `30s`, `15m`, `6h` or `2d`")
public record Age(Duration length) implements Written {
  private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,8})\\s*([smhd])");

  /**
   * @throws IllegalArgumentException with the rule, if it is none
   */
  public static Age read(Object yaml) {
    Matcher m = FORM.matcher(String.valueOf(yaml).strip());
    if (!m.matches()) {
      throw new IllegalArgumentException("a time such as 30s, 15m, 6h or 2d");
    }
    long seconds =
        m.group(2).equals("s")
            ? 1
            : m.group(2).equals("m") ? 60 : m.group(2).equals("h") ? 3_600 : 86_400;
    return new Age(Duration.ofSeconds(Long.parseLong(m.group(1)) * seconds));
  }

  @Override
  public Object written() {
    return length.toSeconds() + "s";
  }

  @Override
  public String toString() {
    long s = length.toSeconds();
    return s % 86_400 == 0
        ? s / 86_400 + "d"
        : s % 3_600 == 0 ? s / 3_600 + "h" : s % 60 == 0 ? s / 60 + "m" : s + "s";
  }
}
