package dev.luthier.advise;

import dev.luthier.recipe.Memory;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Advice for people. */
public final class AdviceText {
  private AdviceText() {}

  /** Prints it. */
  public static void print(Advice advice, boolean explain, PrintWriter out) {
    situation(advice.situation(), out);
    if (advice.best().isEmpty()) {
      out.println();
      out.println("nothing to advise");
      none(advice, out);
    }
    int place = 1;
    for (Advice.Choice choice : advice.best()) {
      out.println();
      choice(place++, choice, out);
    }
    out.println();
    advice
        .lost()
        .forEach(l -> out.println("passed over: %s: %s".formatted(l.pair().title(), l.why())));
    advice.notes().forEach(n -> out.println("note: " + n));
    if (explain) {
      explain(advice, out);
    }
    if (!advice.best().isEmpty()) {
      out.println();
      out.println("the recipe of the first:");
      out.println();
      out.print(advice.best().get(0).recipe());
    }
    out.flush();
  }

  private static void situation(Situation s, PrintWriter out) {
    out.println(
        "model    %.2f billion weights%s"
            .formatted(s.billions(), s.model().map(m -> ", " + m).orElse("")));
    out.println(
        "machine  %s with %s, of which a tenth stays free%s"
            .formatted(
                s.machine().gpu() ? "GPU" : "CPU",
                s.machine().memory(),
                s.machine().devices() > 1 ? ", %d of them".formatted(s.machine().devices()) : ""));
    out.println(
        "data     %s; %d rows of at most %d tokens"
            .formatted(names(s.data().stream().sorted().toList()), s.rows(), s.length()));
    out.println(
        "wanted   %s; %d task%s%s"
            .formatted(
                s.quality().words(),
                s.tasks(),
                s.tasks() == 1 ? "" : "s",
                s.wishes().isEmpty() ? "" : "; " + names(s.wishes().stream().sorted().toList())));
    out.println(
        "fits     %s; LoRA's plan is %.0f %% of what may be used"
            .formatted(s.fit().words(), 100 * s.tight()));
  }

  private static String names(List<? extends Named> all) {
    return all.stream().map(Named::label).collect(Collectors.joining(", "));
  }

  private static void choice(int place, Advice.Choice c, PrintWriter out) {
    Objective o = c.pair().what();
    Tuning t = c.pair().by();
    out.println(
        "%d. %s: %d points (%d for the objective, %d for what trains)"
            .formatted(
                place,
                c.pair().title(),
                c.pair().points(),
                c.pair().objective().points(),
                c.pair().tuning().points()));
    out.println("   because    " + reasons(c.pair().objective(), true));
    out.println("              " + reasons(c.pair().tuning(), true));
    String less = reasons(c.pair().objective(), false) + reasons(c.pair().tuning(), false);
    if (!less.isEmpty()) {
      out.println("   against    " + less);
    }
    out.println(
        "   objective  %s; feedback: %s; compute: %s; but: %s"
            .formatted(o.strength(), o.feedback(), o.compute(), o.weakness()));
    out.println(
        "   trains     %s of the weights; parameter efficiency %s, memory %s, performance %s, complexity %s"
            .formatted(t.share(), t.efficiency(), t.memory(), t.band(), t.complexityWords()));
    out.println(
        "   plan       %s at the peak with %d rows at once%s; the adapter %s; time, roughly: %s"
            .formatted(
                new Memory(c.room().peak()),
                c.room().microBatch(),
                c.room().checkpoint() ? " and checkpointing" : "",
                new Memory(c.room().trained()),
                Duration.words(c.hours())));
  }

  private static String reasons(Standing s, boolean good) {
    return s.given().stream()
        .filter(g -> g.points() > 0 == good)
        .map(g -> "%s (%+d)".formatted(g.rule().name(), g.points()))
        .collect(Collectors.joining(", "));
  }

  private static void none(Advice advice, PrintWriter out) {
    advice.standings().stream()
        .filter(s -> s.against().isPresent() && s.candidate() instanceof Objective)
        .forEach(s -> out.println("  %s: %s".formatted(s.candidate().title(), s.against().get())));
  }

  private static void explain(Advice advice, PrintWriter out) {
    out.println();
    out.println("why the others lost, rule by rule:");
    for (Standing s : advice.standings()) {
      out.println(
          String.format(
              Locale.ROOT,
              "  %-45s %s",
              s.candidate().title(),
              s.against().map(why -> "out; " + why).orElse(s.points() + " points")));
      s.given()
          .forEach(
              g ->
                  out.println(
                      "      %+d  %s: %s [%s]"
                          .formatted(
                              g.points(),
                              g.rule().name(),
                              g.rule().when(),
                              g.rule().source().place())));
    }
  }
}
