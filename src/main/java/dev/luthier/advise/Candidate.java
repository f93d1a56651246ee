package dev.luthier.advise;

import java.util.Locale;

/** What may be advised: one side of a pair. */
public sealed interface Candidate permits Objective, Tuning {
  /** Of the enum. */
  String name();

  /** For people. */
  String title();

  /** As JSON and the page have it. */
  default String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
