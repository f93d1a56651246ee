package dev.luthier.online;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a cycle is: {@code cycle.json} in its folder.
 *
 * @param name c0001, c0002 ...
 * @param trigger why it began, in words
 * @param parent the version that it tunes
 * @param place the recipe's file; its text is kept beside this file
 * @param done the seconds that each stage took that has ended, in their order; of a stage that was
 *     broken off those of the process that ended it
 * @param version that it made
 * @param outcome empty while it goes on
 * @param reasons of the outcome, one line each
 * @param ended when it did
 */
public record CycleState(
    String name,
    Instant at,
    String trigger,
    String parent,
    String place,
    Map<CycleStage, Double> done,
    @Nullable String version,
    @Nullable Outcome outcome,
    List<String> reasons,
    @Nullable Instant ended) {
  /** How a cycle ended. */
  public enum Outcome {
    /** Its version answers. */
    PROMOTED,
    /** Its version passed, and a person lets it answer. */
    READY,
    /** Nothing was learnt from, nothing was learnt, or the gate refused. */
    REFUSED,
    /** Its version was taken back in its trial. */
    ROLLED_BACK,
    /** A person ended it. */
    ABANDONED
  }

  public CycleState {
    done = Collections.unmodifiableMap(new TreeMap<>(done)); // in their order
    reasons = List.copyOf(reasons);
  }

  static CycleState begun(String name, Instant at, String trigger, String parent, String place) {
    return new CycleState(name, at, trigger, parent, place, Map.of(), null, null, List.of(), null);
  }

  public boolean hasEnded() {
    return outcome != null;
  }

  /** The stage that is next; empty where all have ended. */
  public Optional<CycleStage> next() {
    return List.of(CycleStage.values()).stream().filter(s -> !done.containsKey(s)).findFirst();
  }

  CycleState did(CycleStage stage, double seconds) {
    Map<CycleStage, Double> now = new LinkedHashMap<>(done);
    now.put(stage, seconds);
    return new CycleState(name, at, trigger, parent, place, now, version, outcome, reasons, ended);
  }

  CycleState making(String made) {
    return new CycleState(name, at, trigger, parent, place, done, made, outcome, reasons, ended);
  }

  CycleState ending(Outcome how, List<String> why, Instant when) {
    return new CycleState(name, at, trigger, parent, place, done, version, how, why, when);
  }

  /** One line for people. */
  public String text() {
    List<String> out = new ArrayList<>();
    out.add("%s  %s  from %s".formatted(name, at, parent));
    if (version != null) {
      out.add("made " + version);
    }
    out.add(
        outcome == null
            ? "at " + next().map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("its end")
            : outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    String why = reasons.isEmpty() ? "" : ": " + String.join("; ", reasons);
    return String.join(", ", out) + why;
  }
}
