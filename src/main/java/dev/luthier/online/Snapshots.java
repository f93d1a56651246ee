package dev.luthier.online;

import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Snapshot;
import dev.luthier.feedback.Standing;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.recipe.LearnsFrom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Filters all feedback, and makes of what was accepted the rows that a cycle learns from. */
record Snapshots(CycleRecipe recipe, Cycles cycles, FeedbackStore store) {
  private static final String OWN = "own";
  private static final String USED = "used.txt";
  private static final String SEEN = "seen.txt";

  /** Filters all feedback, keeps what was decided, and gives all of it as it is then. */
  List<Judged> filtered() {
    List<Judged> all = store.feedback(Asked.all());
    List<Decision> decided =
        recipe.filter().apply(all, Questions.read(recipe.online().questions())).decisions();
    store.decide(Changed.of(all, decided));
    return store.feedback(Asked.all());
  }

  /** Ids of feedback in the files of all snapshots, or of those that were learnt from. */
  private Set<String> ids(String file, boolean learnt) {
    Set<String> out = new HashSet<>();
    for (CycleState cycle : cycles.list()) {
      if (!learnt || cycle.done().containsKey(CycleStage.TRAIN)) {
        out.addAll(
            RowLines.read(cycles.folder(cycle).resolve(CycleRows.FOLDER).resolve(file)).lines());
      }
    }
    return out;
  }

  /** How much feedback waits or is accepted that no cycle has seen. */
  long unseen() {
    Set<String> seen = ids(SEEN, false);
    return Stream.of(Standing.PENDING, Standing.ACCEPTED)
        .flatMap(standing -> store.ids(Asked.of(standing)).stream())
        .filter(id -> !seen.contains(id))
        .count();
  }

  /** Makes the snapshot of a cycle; one that is there whole stays. */
  CycleRows take(CycleState cycle) {
    Path folder = cycles.folder(cycle).resolve(CycleRows.FOLDER);
    if (!Files.isDirectory(folder)) {
      List<Judged> all = filtered();
      Set<String> used = ids(USED, true);
      List<Judged> fresh =
          all.stream()
              .filter(j -> j.standing() == Standing.ACCEPTED)
              .filter(j -> !used.contains(j.feedback().id()))
              .toList();
      AtomicDirectory.write(folder, into -> write(into, cycle, all, fresh));
    }
    return CycleRows.read(cycles.folder(cycle));
  }

  private void write(Path into, CycleState cycle, List<Judged> all, List<Judged> fresh) {
    Path own = into.resolve(OWN);
    Snapshot snapshot = Snapshot.write(fresh, recipe.online().snapshot(), own, cycle.at());
    LearnsFrom learns = LearnsFrom.of(recipe.online().tune().keys(), "online.tune");
    String kind = learns == LearnsFrom.LABELS ? Snapshot.FEEDBACK : Snapshot.PREFERENCE;
    String other = kind.equals(Snapshot.FEEDBACK) ? Snapshot.PREFERENCE : Snapshot.FEEDBACK;
    RowLines rows = own(snapshot, kind);
    RowLines again = again(cycle, kind, rows);
    RowLines learnt = rows.and(again);
    if (learns == LearnsFrom.PROMPTS) {
      rows = rows.and(own(snapshot, other)).prompts();
      learnt = learnt.and(own(snapshot, other)).prompts();
    }
    learnt.write(into.resolve(CycleRows.TRAIN));
    judged(snapshot, cycle).write(into.resolve(CycleRows.REWARD));
    RowLines held = held(snapshot, Snapshot.PREFERENCE);
    held = held.isEmpty() ? held(snapshot, Snapshot.FEEDBACK) : held.and(heldBefore(cycle, held));
    if (!held.isEmpty()) {
      held.write(into.resolve(CycleRows.HELD_OUT));
    }
    (held.isEmpty() ? learnt : held).prompts().write(into.resolve(CycleRows.PROMPTS));
    ids(fresh).write(into.resolve(USED));
    ids(all).write(into.resolve(SEEN));
    CycleRows.write(
        into,
        new CycleRows.Counts(
            all.size(),
            count(all, Standing.ACCEPTED),
            count(all, Standing.QUARANTINED),
            count(all, Standing.REJECTED),
            fresh.size(),
            rows.size(),
            learnt.size() - rows.size(),
            held.size()));
  }

  /** Pairs, new and old; where there are none, answers with labels. */
  private RowLines judged(Snapshot snapshot, CycleState cycle) {
    RowLines pairs = own(snapshot, Snapshot.PREFERENCE);
    return pairs.isEmpty()
        ? own(snapshot, Snapshot.FEEDBACK)
        : pairs.and(again(cycle, Snapshot.PREFERENCE, pairs));
  }

  private static RowLines ids(List<Judged> of) {
    return new RowLines(of.stream().map(j -> j.feedback().id()).sorted().toList());
  }

  private static long count(List<Judged> all, Standing standing) {
    return all.stream().filter(j -> j.standing() == standing).count();
  }

  /** To learn from; a pair is also two answers with labels, of which opinions on one know more. */
  private static RowLines own(Snapshot of, String kind) {
    RowLines out = of.train(kind).map(RowLines::read).orElse(RowLines.NONE).byWeight();
    return kind.equals(Snapshot.FEEDBACK) ? out.with(own(of, Snapshot.PREFERENCE).labels()) : out;
  }

  private static RowLines held(Snapshot of, String kind) {
    return of.eval(kind).map(RowLines::read).orElse(RowLines.NONE).byWeight();
  }

  /** The snapshots that earlier cycles learnt from, the newest first. */
  private List<Snapshot> earlier(CycleState cycle) {
    List<Snapshot> out = new ArrayList<>();
    for (CycleState other : cycles.list()) {
      Path folder = cycles.folder(other).resolve(CycleRows.FOLDER).resolve(OWN);
      if (!other.name().equals(cycle.name())
          && other.done().containsKey(CycleStage.TRAIN)
          && Files.isDirectory(folder)) {
        out.add(Snapshot.read(folder));
      }
    }
    Collections.reverse(out);
    return out;
  }

  private RowLines again(CycleState cycle, String kind, RowLines own) {
    return RowLines.replayed(
        earlier(cycle).stream().map(s -> own(s, kind)).toList(),
        own,
        Math.round(recipe.online().replay() * own.size()),
        recipe.online().seed() + cycle.name());
  }

  /** What was held out before is measured on again, in the same measure. */
  private RowLines heldBefore(CycleState cycle, RowLines own) {
    return RowLines.replayed(
        earlier(cycle).stream().map(s -> held(s, Snapshot.PREFERENCE)).toList(),
        own,
        Math.round(recipe.online().replay() * own.size()),
        recipe.online().seed() + cycle.name());
  }
}
