package dev.luthier.advise;

import java.util.List;
import java.util.stream.Stream;

/** All rules, in the order in which they are shown. */
public final class Rules {
  private static final List<Rule> ALL =
      Stream.of(ChooseRules.all(), ObjectiveRules.all(), TuningRules.all())
          .flatMap(List::stream)
          .toList();

  private Rules() {}

  public static List<Rule> all() {
    return ALL;
  }

  public static List<Veto> vetoes() {
    return Vetoes.all();
  }
}
