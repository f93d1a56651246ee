package dev.luthier.online;

import dev.luthier.feedback.Judged;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The trial of a version on a part of the traffic. People may end it by hand at any time.
 *
 * @param feedback all of it, filtered as of now
 */
record CanaryTrial(
    CanarySpec spec,
    Versions versions,
    String version,
    Clock clock,
    Supplier<List<Judged>> feedback,
    Teller out) {

  /** Says a line. */
  interface Teller {
    void say(String line, Object... values);
  }

  /** What came of it so far. */
  record Result(CanaryVerdict.Way way, String why) {}

  /** Begins it where it has not begun, and looks how far it is. */
  Result look() {
    Deployed now = versions.deployed();
    if (now.current().equals(version)) {
      return new Result(CanaryVerdict.Way.PROMOTE, "promoted by hand");
    }
    Optional<Canary> running = now.canary().filter(c -> c.name().equals(version));
    if (running.isEmpty()) {
      if (begunBefore(now)) {
        return new Result(CanaryVerdict.Way.ROLL_BACK, ended(now));
      }
      versions.canary(version, spec.share());
      out.say("canary    %s answers %.3f of the conversations", version, spec.share());
      return look();
    }
    List<Judged> all = feedback.get();
    CanaryVerdict verdict =
        CanaryVerdict.of(
            spec,
            Approval.of(version, all, running.get().since()),
            Approval.of(now.current(), all, running.get().since()),
            !clock.instant().isBefore(running.get().since().plus(spec.time().length())));
    out.say("canary    %s: %s", verdict.way().name().toLowerCase(Locale.ROOT), verdict.why());
    if (verdict.way() == CanaryVerdict.Way.ROLL_BACK) {
      versions.rollBack(verdict.why());
    }
    return new Result(verdict.way(), verdict.why());
  }

  private boolean begunBefore(Deployed now) {
    return now.history().stream()
        .anyMatch(e -> e.version().equals(version) && e.what() == Deployed.What.CANARY);
  }

  private String ended(Deployed now) {
    return now.history().stream()
        .filter(e -> e.version().equals(version) && e.what() == Deployed.What.ROLLED_BACK)
        .reduce((a, b) -> b)
        .map(e -> "taken back: " + e.why())
        .orElse("it is tried no longer, since another version was promoted or tried");
  }
}
