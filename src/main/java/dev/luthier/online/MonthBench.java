package dev.luthier.online;

import dev.luthier.rater.Filter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A month of a deployed model among simulated users, whose taste nobody tells and which drifts:
 * they compare its answers, a filter sorts what they say, the model learns from it, and again. It
 * goes three ways from the same beginning: with the filter, without it, and with honest users only.
 */
public final class MonthBench {
  private static final long BEGINNING = 1; // the same model begins, whatever the seed

  private MonthBench() {}

  /**
   * @param filter absent to leave out the way with a filter
   * @param all whether to go the ways without a filter and with honest users too
   */
  public static void run(MonthPlan plan, Optional<Filter> filter, boolean all, PrintWriter out) {
    MonthQuestions questions = MonthQuestions.of(plan);
    MonthPolicy begin = begin(plan, questions, out);
    List<MonthArm> arms = new ArrayList<>();
    filter.ifPresent(
        f -> arms.add(new MonthArm(MonthArm.WITH, Optional.of(f), plan.adversaries())));
    if (filter.isEmpty() || all) {
      arms.add(new MonthArm(MonthArm.WITHOUT, Optional.empty(), plan.adversaries()));
    }
    if (all) {
      arms.add(new MonthArm(MonthArm.HONEST, Optional.empty(), 0));
    }
    Map<MonthArm, List<MonthCycle>> months = new LinkedHashMap<>();
    for (MonthArm arm : arms) {
      out.printf("%n%s%n%s%n", arm.name(), MonthCycle.HEAD);
      out.flush();
      months.put(
          arm,
          new MonthRun(plan, arm, questions)
              .run(
                  begin,
                  cycle -> {
                    out.println(cycle.row());
                    out.flush();
                  }));
    }
    MonthPage.print(plan, months, out);
  }

  private static MonthPolicy begin(MonthPlan plan, MonthQuestions questions, PrintWriter out) {
    Path dir = plan.output().resolve("begin-%d".formatted(plan.beginning()));
    MonthPolicy known = new MonthPolicy(dir.resolve("model"));
    if (known.made()) {
      return known;
    }
    out.printf(
        Locale.ROOT,
        "tuning %s for chats in every form: %d steps%n",
        plan.model(),
        plan.beginning());
    out.flush();
    return new MonthPolicy(plan.model())
        .imitating(questions.chats(BEGINNING), dir, plan.beginning(), BEGINNING);
  }
}
