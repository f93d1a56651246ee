package dev.luthier.train;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import dev.luthier.error.Check;

/** A part of a run: a number of steps, or a share of all steps. */
@Doc("a whole number of steps, or a share such as `3%` or `0.03`")
public sealed interface Span extends Written {
  /** The number of steps it is in a run of {@code total}; a share is rounded up. */
  long of(long total);

  /** So many steps, whatever the length of the run. */
  record Steps(long steps) implements Span {
    @Override
    public long of(long total) {
      return steps;
    }

    @Override
    public Object written() {
      return steps;
    }
  }

  /** A share of the run, in [0, 1]. */
  record Share(double share) implements Span {
    @Override
    public long of(long total) {
      return (long) Math.ceil(share * total);
    }

    @Override
    public Object written() {
      return share == 0 || share == 1 ? Check.text(share * 100) + "%" : share;
    }
  }

  static Span read(Object yaml) {
    if (yaml instanceof Number n && n.doubleValue() >= 0) {
      double value = n.doubleValue();
      if (yaml instanceof Integer || yaml instanceof Long) {
        return new Steps(n.longValue());
      }
      if (value < 1) {
        return new Share(value);
      }
    }
    if (yaml instanceof String text && text.matches("\\d+(\\.\\d+)?\\s*%")) {
      double share = Double.parseDouble(text.replace("%", "").strip()) / 100;
      if (share <= 1) {
        return new Share(share);
      }
    }
    throw new IllegalArgumentException("a number of steps, or a share such as 3% or 0.03");
  }

  /** "3%" or "20 steps", for people. */
  default String text() {
    return this instanceof Share s
        ? Check.text(s.share() * 100) + "%"
        : of(0) + (of(0) == 1 ? " step" : " steps");
  }
}
