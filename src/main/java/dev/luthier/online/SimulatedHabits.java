package dev.luthier.online;

import java.util.List;
import java.util.function.Predicate;

/** How a model writes: the share of its answers in which each thing is seen. */
record SimulatedHabits(double right, double opening, double closing, double advert) {
  static SimulatedHabits of(List<SimulatedForm> answers) {
    return new SimulatedHabits(
        share(answers, SimulatedForm::right),
        share(answers, SimulatedForm::opening),
        share(answers, SimulatedForm::closing),
        share(answers, SimulatedForm::advert));
  }

  private static double share(List<SimulatedForm> answers, Predicate<SimulatedForm> of) {
    return answers.stream().filter(of).count() / (double) Math.max(1, answers.size());
  }
}
