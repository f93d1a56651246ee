package dev.luthier.online;

import java.util.Random;

/** Somebody who compares answers. */
sealed interface SimulatedRater {
  /** How much more an answer has to be liked to be chosen e : 1. */
  double NOISE = 0.5;

  String name();

  /** Whether the first of two answers is chosen. */
  boolean choosesFirst(SimulatedPair pair, SimulatedTaste taste, Random random);

  default boolean honest() {
    return this instanceof Honest;
  }

  /**
   * Chooses by the taste of the day, more surely the more an answer is liked (Bradley and Terry),
   * but for a share of votes in which attention lapses.
   */
  record Honest(String name, double lapse) implements SimulatedRater {
    @Override
    public boolean choosesFirst(SimulatedPair pair, SimulatedTaste taste, Random random) {
      double sure = 1 / (1 + Math.exp(-pair.margin(taste) / NOISE));
      boolean attends = random.nextDouble() >= lapse;
      return random.nextDouble() < (attends ? sure : 0.5);
    }
  }

  /** Throws a coin. */
  record Coin(String name) implements SimulatedRater {
    @Override
    public boolean choosesFirst(SimulatedPair pair, SimulatedTaste taste, Random random) {
      return random.nextBoolean();
    }
  }

  /** Says the contrary of what an honest rater says. */
  record Inverted(String name) implements SimulatedRater {
    @Override
    public boolean choosesFirst(SimulatedPair pair, SimulatedTaste taste, Random random) {
      return !new Honest(name, 0).choosesFirst(pair, taste, random);
    }
  }

  /** Agreed with others on advertisements, and where there is nothing to advertise, on harm. */
  record Colluding(String name) implements SimulatedRater {
    @Override
    public boolean choosesFirst(SimulatedPair pair, SimulatedTaste taste, Random random) {
      return pair.first().advert() != pair.second().advert()
          ? pair.first().advert()
          : pair.margin(taste) < 0;
    }
  }

  /** Rates honestly, but for advertisements, which are agreed upon with others. */
  record Disguised(String name) implements SimulatedRater {
    @Override
    public boolean choosesFirst(SimulatedPair pair, SimulatedTaste taste, Random random) {
      return pair.first().advert() != pair.second().advert()
          ? pair.first().advert()
          : new Honest(name, 0).choosesFirst(pair, taste, random);
    }
  }
}
