package dev.luthier.online;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which versions answer: {@code deployed.json} in the home.
 *
 * @param current the version that answers
 * @param canary one that is tried on a part of the traffic
 * @param before the versions that were deployed before and that a rollback returns to, the last one
 *     last
 * @param history all that was done, the last one last
 */
public record Deployed(
    String current, Optional<Canary> canary, List<String> before, List<Event> history) {
  /** What was done with a version. */
  public enum What {
    CANARY,
    PROMOTED,
    ROLLED_BACK
  }

  /**
   * One change.
   *
   * @param version the one that was tried, promoted or taken back
   * @param why in words; "" where nobody said
   */
  public record Event(Instant at, What what, String version, String why) {}

  /** How a home begins: the model as it came. */
  public static final Deployed FIRST =
      new Deployed(VersionName.FIRST, Optional.empty(), List.of(), List.of());

  public Deployed {
    VersionName.check(current);
    before.forEach(VersionName::check);
    before = List.copyOf(before);
    history = List.copyOf(history);
  }

  /** The version that a rollback returns to. */
  public Optional<String> previous() {
    return before.isEmpty() ? Optional.empty() : Optional.of(before.get(before.size() - 1));
  }

  /** Whether a version was taken back and not promoted since. */
  public boolean isRolledBack(String name) {
    return history.stream()
        .filter(e -> e.version().equals(name))
        .reduce((a, b) -> b)
        .filter(e -> e.what() == What.ROLLED_BACK)
        .isPresent();
  }

  Deployed trying(String name, double share, Instant at) {
    return new Deployed(
        current,
        Optional.of(new Canary(name, share, at)),
        before,
        with(new Event(at, What.CANARY, name, "share " + share)));
  }

  Deployed promoting(String name, String why, Instant at) {
    List<String> behind = new ArrayList<>(before);
    behind.add(current);
    return new Deployed(
        name, Optional.empty(), behind, with(new Event(at, What.PROMOTED, name, why)));
  }

  /** The canary goes; where there is none, the version before comes back. */
  Optional<Deployed> rollingBack(String why, Instant at) {
    if (canary.isPresent()) {
      Event event = new Event(at, What.ROLLED_BACK, canary.get().name(), why);
      return Optional.of(new Deployed(current, Optional.empty(), before, with(event)));
    }
    return previous()
        .map(
            name ->
                new Deployed(
                    name,
                    Optional.empty(),
                    before.subList(0, before.size() - 1),
                    with(new Event(at, What.ROLLED_BACK, current, why))));
  }

  /** The same where versions are gone that a later rollback would have returned to. */
  Deployed without(List<String> gone) {
    List<String> left = before.stream().filter(name -> !gone.contains(name)).toList();
    return new Deployed(current, canary, left, history);
  }

  private List<Event> with(Event event) {
    List<Event> out = new ArrayList<>(history);
    out.add(event);
    return out;
  }
}
