package dev.luthier.online;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.tensor.Seed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleFunction;

/** All who compare answers in a month, and what they say. */
record SimulatedCrowd(List<SimulatedRater> raters, MonthPlan plan) {
  private static final Duration READING = Duration.ofSeconds(12); // of two answers, at least
  private static final int MORE_SECONDS = 40;

  /**
   * A third each of the adversaries throw coins, say the contrary, and act together.
   *
   * @param adversaries the share of those who are not honest
   */
  static SimulatedCrowd of(MonthPlan plan, double adversaries) {
    Random random = new Random(Seed.of(plan.seed(), 1));
    int bad = (int) Math.round(adversaries * plan.raters());
    List<SimulatedRater> out = new ArrayList<>();
    for (int i = 0; i < plan.raters(); i++) {
      double lapse = 0.02 + 0.18 * random.nextDouble();
      String number = "%02d".formatted(i + 1);
      // the last ones, so that the honest ones are the same whoever else is there
      int place = plan.raters() - 1 - i;
      out.add(
          place >= bad
              ? new SimulatedRater.Honest("honest-" + number, lapse)
              : switch (place % 3) {
                case 0 -> new SimulatedRater.Colluding("colluding-" + number);
                case 1 -> new SimulatedRater.Inverted("inverted-" + number);
                default -> new SimulatedRater.Coin("random-" + number);
              });
    }
    return new SimulatedCrowd(List.copyOf(out), plan);
  }

  boolean honest(String name) {
    return name.startsWith("honest-");
  }

  /**
   * What they say of some pairs in one cycle.
   *
   * @param cycle counted from 0
   * @param begin when the answers are there
   * @param taste that of the users by the share of the month that has passed
   */
  List<Judged> votes(
      int cycle, Instant begin, List<SimulatedPair> pairs, DoubleFunction<SimulatedTaste> taste) {
    List<SimulatedPair> asked = pairs.stream().filter(p -> !p.gold()).toList();
    List<SimulatedPair> gold = pairs.stream().filter(SimulatedPair::gold).toList();
    List<Judged> out = new ArrayList<>();
    for (int r = 0; r < raters.size(); r++) {
      SimulatedRater rater = raters.get(r);
      Random random = new Random(Seed.of(plan.seed(), 2, cycle, r));
      double usual = plan.votes() * (rater.honest() ? 1 : plan.eagerness());
      int count = (int) Math.round(usual * (0.6 + 0.8 * random.nextDouble()));
      List<SimulatedPair> mine = new ArrayList<>(asked);
      Collections.shuffle(mine, random);
      List<SimulatedPair> known = new ArrayList<>(gold);
      Collections.shuffle(known, random);
      int golds = (int) Math.min(known.size(), Math.round(count * plan.gold()));
      List<SimulatedPair> all =
          new ArrayList<>(mine.subList(0, Math.min(mine.size(), count - golds)));
      all.addAll(known.subList(0, golds));
      Collections.shuffle(all, random);
      double day = plan.cycleDays() * random.nextDouble() * 0.9;
      Instant at = begin.plusSeconds(Math.round(day * 86_400));
      for (SimulatedPair pair : all) {
        at = at.plus(READING).plusMillis(random.nextInt(MORE_SECONDS * 1000));
        double share = (cycle + day / plan.cycleDays()) / plan.cycles();
        out.add(vote(rater, pair, at, begin, taste.apply(share), random));
      }
    }
    return out;
  }

  private static Judged vote(
      SimulatedRater rater,
      SimulatedPair pair,
      Instant at,
      Instant begin,
      SimulatedTaste taste,
      Random random) {
    boolean first = rater.choosesFirst(pair, taste, random);
    boolean shownFirst = random.nextBoolean(); // sides are shuffled
    Answer a = answer(pair, true, begin);
    Answer b = answer(pair, false, begin);
    Said.Choice choice =
        new Said.Choice(
            shownFirst ? b.id() : a.id(),
            first == shownFirst ? Said.Preferred.THIS : Said.Preferred.OTHER);
    Answer shown = shownFirst ? a : b;
    Feedback feedback =
        new Feedback(pair.id() + "-" + rater.name(), shown.id(), rater.name(), at, choice);
    return new Judged(feedback, shown, Optional.of(shownFirst ? b : a), Optional.empty());
  }

  private static Answer answer(SimulatedPair pair, boolean first, Instant at) {
    return new Answer(
        pair.answerId(first),
        at,
        "v0000",
        "",
        pair.prompt().json(),
        first ? pair.a() : pair.b(),
        List.of(),
        List.of(),
        Map.of());
  }
}
