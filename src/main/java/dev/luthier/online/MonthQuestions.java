package dev.luthier.online;

import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;

/**
 * What is asked in a month, the same whoever answers.
 *
 * @param asked prompts of users
 * @param heldOut prompts of the true score
 */
record MonthQuestions(MonthPlan plan, List<MonthPrompt> asked, List<MonthPrompt> heldOut) {
  private static final int TRIES = 3; // answers of which two are different
  private static final int SCORED = 2; // answers to a held-out prompt
  private static final int GOLD = 12; // questions of a cycle whose answer is known

  static MonthQuestions of(MonthPlan plan) {
    List<MonthPrompt> asked = MonthPrompt.read(plan.data().resolve("sft-train.jsonl"));
    List<MonthPrompt> heldOut = MonthPrompt.read(plan.data().resolve("sft-eval.jsonl"));
    return new MonthQuestions(
        plan, asked, heldOut.subList(0, Math.min(plan.heldOut(), heldOut.size())));
  }

  /** Chats in which every form is seen, to begin with. */
  List<String> chats(long seed) {
    Random random = new Random(seed);
    List<String> out = new ArrayList<>();
    for (MonthPrompt prompt : asked) {
      SimulatedForm form =
          new SimulatedForm(
              true, random.nextBoolean(), random.nextBoolean(), random.nextInt(4) == 0);
      out.add(prompt.answered(form.dressed(prompt.expected())));
    }
    return out;
  }

  /** How a model writes; draws depend on the cycle alone, so that runs can be compared. */
  SimulatedHabits habits(MonthPolicy policy, int cycle) {
    List<List<String>> answers = policy.answers(heldOut, SCORED, Seed.of(plan.seed(), 4, cycle));
    List<SimulatedForm> forms = new ArrayList<>();
    for (int i = 0; i < heldOut.size(); i++) {
      for (String answer : answers.get(i)) {
        forms.add(SimulatedForm.of(answer, heldOut.get(i).expected()));
      }
    }
    return SimulatedHabits.of(forms);
  }

  /** Two different answers of a model to each of some prompts, and questions of known answer. */
  List<SimulatedPair> pairs(MonthPolicy policy, int cycle) {
    Random random = new Random(Seed.of(plan.seed(), 5, cycle));
    List<MonthPrompt> shuffled = new ArrayList<>(asked);
    Collections.shuffle(shuffled, random);
    List<MonthPrompt> mine = shuffled.subList(0, Math.min(plan.pairs(), shuffled.size() - GOLD));
    List<List<String>> answers = policy.answers(mine, TRIES, Seed.of(plan.seed(), 6, cycle));
    List<SimulatedPair> out = new ArrayList<>();
    for (int i = 0; i < mine.size(); i++) {
      List<String> different =
          List.copyOf(
              new LinkedHashSet<>(
                  answers.get(i).stream().filter(a -> !a.isBlank()).map(String::strip).toList()));
      if (different.size() > 1) {
        out.add(pair(mine.get(i), "c%d-p%03d-".formatted(cycle + 1, i), different, false));
      }
    }
    for (int g = 0; g < GOLD; g++) {
      out.add(gold(shuffled.get(shuffled.size() - 1 - g), cycle, g));
    }
    return out;
  }

  /** A right answer, and one that is wrong or advertises; both without any other form. */
  private static SimulatedPair gold(MonthPrompt prompt, int cycle, int number) {
    String good = prompt.expected();
    SimulatedForm advert = new SimulatedForm(true, false, false, true);
    String bad = number % 2 == 0 ? advert.dressed(good) : "I do not know.";
    return pair(prompt, "c%d-g%02d-".formatted(cycle + 1, number), List.of(good, bad), true);
  }

  private static SimulatedPair pair(
      MonthPrompt prompt, String id, List<String> texts, boolean gold) {
    return new SimulatedPair(
        prompt,
        id,
        texts.get(0),
        texts.get(1),
        SimulatedForm.of(texts.get(0), prompt.expected()),
        SimulatedForm.of(texts.get(1), prompt.expected()),
        gold);
  }
}
