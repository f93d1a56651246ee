package dev.luthier.advise;

import dev.luthier.recipe.Outlook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What is advised.
 *
 * @param situation with what the planner found
 * @param best what fits, the best first
 * @param lost pairs with more points than the last of these that were planned and ruled out
 * @param standings of all candidates
 * @param notes what else to know
 */
public record Advice(
    Situation situation,
    List<Choice> best,
    List<Lost> lost,
    List<Standing> standings,
    List<String> notes) {
  private static final int MOST = 3;
  private static final int TRIED = 8;

  /** A pair that fits, with its recipe. */
  public record Choice(Pair pair, Outlook.Room room, double hours, String recipe, boolean staged) {}

  /** A pair that is ruled out by its plan. */
  public record Lost(Pair pair, String why) {}

  /**
   * @param progress hears what is being planned
   */
  public static Advice of(Situation asked, Consumer<String> progress) {
    Plans plans = new Plans();
    List<Pair> first = Pair.ranked(asked.with(Fit.ALL_WEIGHTS, 0));
    if (first.isEmpty()) {
      return new Advice(asked, List.of(), List.of(), standings(asked), Notes.of(asked, List.of()));
    }
    progress.accept("planning memory");
    Situation s = plans.found(asked.timed(), first.get(0).what());
    List<Choice> best = new ArrayList<>();
    List<Lost> lost = new ArrayList<>();
    for (Pair pair : Pair.ranked(s).stream().limit(TRIED).toList()) {
      if (best.size() == MOST) {
        break;
      }
      progress.accept("planning " + pair.title());
      Outlook.Room room = plans.room(s, pair.what(), pair.by(), Draft.quantize(s, pair.by()));
      Plans.against(s, pair, room)
          .ifPresentOrElse(
              why -> lost.add(new Lost(pair, why)),
              () -> {
                Draft draft = new Draft(s, pair, room);
                best.add(
                    new Choice(
                        pair, room, Duration.hours(s, pair, room), draft.text(), draft.staged()));
              });
    }
    return new Advice(s, best, lost, standings(s), Notes.of(s, best));
  }

  private static List<Standing> standings(Situation s) {
    return Stream.<Candidate>concat(
            Arrays.stream(Objective.values()), Arrays.stream(Tuning.values()))
        .map(c -> Standing.of(c, s))
        .toList();
  }
}
