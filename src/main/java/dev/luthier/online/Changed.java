package dev.luthier.online;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which decisions say something new: a filter that is asked again and again says much twice. */
final class Changed {
  private Changed() {}

  static List<Decision> of(List<Judged> all, List<Decision> decided) {
    Map<String, Decision> now = new HashMap<>();
    all.forEach(j -> j.decision().ifPresent(d -> now.put(j.feedback().id(), d)));
    return decided.stream()
        .filter(d -> !d.byPerson())
        .filter(
            d ->
                Optional.ofNullable(now.get(d.feedback()))
                    .filter(old -> old.byPerson() || same(old, d))
                    .isEmpty())
        .toList();
  }

  private static boolean same(Decision a, Decision b) {
    return a.standing() == b.standing()
        && Math.abs(a.weight() - b.weight()) < 1e-9
        && a.reasons().equals(b.reasons());
  }
}
