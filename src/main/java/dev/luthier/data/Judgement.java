package dev.luthier.data;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.List;

/** What is known of the worth of the answers to one prompt. */
public sealed interface Judgement {
  /** How many answers it is about. */
  int answers();

  /** Whether answer i is known to be better than answer j. */
  boolean better(int i, int j);

  /** All that is said of one answer, in numbers; equal judgements say the same of all. */
  List<Double> of(int answer);

  /**
   * The first of two answers is better.
   *
   * @param probability that it is: 1 where nobody doubts it, the share of the raters who say so
   *     where several were asked
   * @param margin by how much it is better; 0 where that is not told
   */
  record Preferred(double probability, double margin) implements Judgement {
    /** Without doubt, by nobody knows how much. */
    public static final Preferred PLAIN = new Preferred(1, 0);

    public Preferred {
      Check.within("probability", 0, 1, probability);
      Check.atLeast("margin", 0.0, margin);
    }

    @Override
    public int answers() {
      return 2;
    }

    @Override
    public boolean better(int i, int j) {
      return i != j && (i == 0 ? probability > 0.5 : probability < 0.5);
    }

    @Override
    public List<Double> of(int answer) {
      return answer == 0 ? List.of(probability, margin) : List.of(1 - probability, 0 - margin);
    }
  }

  /** One answer is good, or it is not. */
  record Labelled(boolean desirable) implements Judgement {
    @Override
    public int answers() {
      return 1;
    }

    @Override
    public boolean better(int i, int j) {
      return false;
    }

    @Override
    public List<Double> of(int answer) {
      return List.of(desirable ? 1.0 : 0.0);
    }
  }

  /**
   * Answers from the best to the worst.
   *
   * @param ranks for each answer its rank, the best 0, never falling from one answer to the next;
   *     equal ranks are ties
   */
  record Ranked(List<Integer> ranks) implements Judgement {
    public Ranked {
      ranks = List.copyOf(ranks);
      if (ranks.size() < 2) {
        throw new UserError("a ranking needs at least 2 answers, was " + ranks.size());
      }
      for (int i = 0; i < ranks.size(); i++) {
        int before = i == 0 ? 0 : ranks.get(i - 1);
        boolean next = ranks.get(i) == before || i > 0 && ranks.get(i) == before + 1;
        if (!next) {
          throw new UserError("ranks must go 0, 1, 2 ... with ties repeated, was " + ranks);
        }
      }
    }

    /** Whether two answers share a rank. */
    public boolean ties() {
      return ranks.get(ranks.size() - 1) < ranks.size() - 1;
    }

    @Override
    public int answers() {
      return ranks.size();
    }

    @Override
    public boolean better(int i, int j) {
      return ranks.get(i) < ranks.get(j);
    }

    @Override
    public List<Double> of(int answer) {
      return List.of(ranks.get(answer).doubleValue());
    }
  }

  /**
   * A grade for each answer, or one in each of several aspects; more is better.
   *
   * @param aspects their names, at least one
   * @param grades for each answer its grade in each aspect
   */
  record Graded(List<String> aspects, List<List<Double>> grades) implements Judgement {
    /** The aspect that stands for all others, where there is one of this name. */
    public static final String OVERALL = "overall";

    public Graded {
      aspects = List.copyOf(aspects);
      grades = grades.stream().map(List::copyOf).toList();
      Check.atLeast("the number of aspects", 1, aspects.size());
      Check.atLeast("the number of graded answers", 1, grades.size());
      for (List<Double> one : grades) {
        if (one.size() != aspects.size()) {
          throw new UserError(
              "an answer needs a grade for each of %s, was %s".formatted(aspects, one));
        }
      }
    }

    /**
     * The grades in one aspect alone.
     *
     * @throws UserError if there is none of this name
     */
    public Graded only(String aspect) {
      return only(List.of(aspect));
    }

    /**
     * The same in several, in their order.
     *
     * @throws UserError if there is none of one name
     */
    public Graded only(List<String> some) {
      List<Integer> places = some.stream().map(this::place).toList();
      return new Graded(
          some, grades.stream().map(all -> places.stream().map(all::get).toList()).toList());
    }

    private int place(String aspect) {
      int place = aspects.indexOf(aspect);
      if (place < 0) {
        throw new UserError("answers are graded in %s, not in \"%s\"".formatted(aspects, aspect));
      }
      return place;
    }

    /** The grade of an answer: the aspect {@link #OVERALL}, or the mean of all. */
    public double grade(int answer) {
      int overall = aspects.indexOf(OVERALL);
      List<Double> all = grades.get(answer);
      return overall >= 0
          ? all.get(overall)
          : all.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @Override
    public int answers() {
      return grades.size();
    }

    @Override
    public boolean better(int i, int j) {
      return grade(i) > grade(j);
    }

    @Override
    public List<Double> of(int answer) {
      return grades.get(answer);
    }
  }
}
