package dev.luthier.train;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How often something happens. */
@Doc("a number of steps such as `100`, `epoch`, `2 epochs`, or `never`")
public sealed interface Every extends Written {
  /**
   * Whether it happens now.
   *
   * @param done steps that lie behind, at least 1
   * @param perEpoch steps of one pass over the data
   */
  boolean due(long done, long perEpoch);

  /** After every so many steps. */
  record Steps(long steps) implements Every {
    @Override
    public boolean due(long done, long perEpoch) {
      return done % steps == 0;
    }

    @Override
    public Object written() {
      return steps;
    }
  }

  /** After every so many passes over the data. */
  record Epochs(long epochs) implements Every {
    @Override
    public boolean due(long done, long perEpoch) {
      return done % (epochs * perEpoch) == 0;
    }

    @Override
    public Object written() {
      return epochs == 1 ? "epoch" : epochs + " epochs";
    }
  }

  /** Not at all. */
  record Never() implements Every {
    @Override
    public boolean due(long done, long perEpoch) {
      return false;
    }

    @Override
    public Object written() {
      return "never";
    }
  }

  Pattern FORM = Pattern.compile("(?:([1-9]\\d{0,17})\\s*)?(epoch|step)s?");

  static Every read(Object yaml) {
    if ((yaml instanceof Integer || yaml instanceof Long) && ((Number) yaml).longValue() > 0) {
      return new Steps(((Number) yaml).longValue());
    }
    if (yaml instanceof String text) {
      Matcher m = FORM.matcher(text.strip());
      if (m.matches()) {
        long count = m.group(1) == null ? 1 : Long.parseLong(m.group(1));
        return m.group(2).equals("step") ? new Steps(count) : new Epochs(count);
      }
      if (text.strip().equals("never")) {
        return new Never();
      }
    }
    throw new IllegalArgumentException("a number of steps, epoch, \"2 epochs\" or never");
  }
}
