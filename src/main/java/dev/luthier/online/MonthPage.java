package dev.luthier.online;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.io.AtomicFile;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The table of a month, for people and as month-SEED.json in its output. */
final class MonthPage {
  private static final ObjectMapper JSON = new ObjectMapper();

  private MonthPage() {}

  static void print(MonthPlan plan, Map<MonthArm, List<MonthCycle>> months, PrintWriter out) {
    out.printf("%n| cycle |");
    months.keySet().forEach(arm -> out.printf(" %s |", arm.name()));
    out.printf(" never tuned | precision | recall |%n|---|");
    months.keySet().forEach(arm -> out.print("---|"));
    out.println("---|---|---|");
    List<MonthCycle> some = months.values().iterator().next();
    for (int c = 0; c < some.size(); c++) {
      out.printf("| %d |", c);
      for (List<MonthCycle> month : months.values()) {
        out.printf(Locale.ROOT, " %.1f |", month.get(c).score());
      }
      MonthCycle cycle = some.get(c);
      out.printf(
          Locale.ROOT,
          " %.1f | %s | %s |%n",
          cycle.stale(),
          MonthCycle.share(cycle.caught().precision()),
          MonthCycle.share(cycle.caught().recall()));
    }
    out.flush();
    write(plan, months);
  }

  private static void write(MonthPlan plan, Map<MonthArm, List<MonthCycle>> months) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("seed", plan.seed());
    tree.put("adversaries", plan.adversaries());
    Map<String, Object> arms = new LinkedHashMap<>();
    months.forEach(
        (arm, month) -> arms.put(arm.name(), month.stream().map(MonthPage::row).toList()));
    tree.put("arms", arms);
    try {
      AtomicFile.write(
          plan.output().resolve("month-%d.json".formatted(plan.seed())),
          JSON.writerWithDefaultPrettyPrinter()
              .writeValueAsString(tree)
              .getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> row(MonthCycle c) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("cycle", c.number());
    out.put("score", c.score());
    out.put("stale", c.stale());
    out.put(
        "habits",
        List.of(
            c.habits().right(), c.habits().opening(), c.habits().closing(), c.habits().advert()));
    out.put(
        "taste",
        List.of(c.taste().right(), c.taste().opening(), c.taste().closing(), c.taste().advert()));
    List<Double> caught = new ArrayList<>();
    for (double share :
        List.of(c.caught().precision(), c.caught().recall(), c.caught().weight(), c.agreed())) {
      caught.add(Double.isNaN(share) ? -1 : share);
    }
    out.put("precision_recall_weight_agreed", caught);
    out.put("votes", c.votes());
    out.put("pairs", c.pairs());
    return out;
  }
}
