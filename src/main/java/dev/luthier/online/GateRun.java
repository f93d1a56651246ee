package dev.luthier.online;

import dev.luthier.metric.SampledKl;
import dev.luthier.metric.WinRate;
import dev.luthier.recipe.Asks;
import dev.luthier.recipe.VersionMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures a version beside the one that it was tuned from.
 *
 * @param seed of what is drawn
 */
record GateRun(Gate gate, CycleRows rows, VersionMeter meter, long seed) {
  /** Prompts of feedback that are answered for a check, at most. */
  private static final int MOST = 64;

  /** What a training that taught nothing leaves: the same log-probabilities but for rounding. */
  private static final double STILL = 1e-4;

  static final String LEARNT = "learnt";

  GateReport report() {
    List<GateReport.Checked> out = new ArrayList<>();
    Optional<Path> held = gate.preferences().data().or(rows::heldOut);
    VersionMeter.Preferences found = meter.preferences(held.orElse(rows.reward()));
    out.add(learnt(found));
    if (!out.get(0).passed()) {
      return new GateReport(out); // whatever else is measured says nothing
    }
    out.add(preferences(found, held.isPresent() && found.margins().count() > 0));
    gate.gold().ifPresent(tasks -> out.add(gold(tasks)));
    gate.kl().ifPresent(budget -> out.add(kl(budget)));
    for (Map.Entry<String, Gate.Bounded> one : gate.safety().entrySet()) {
      out.addAll(bounded(one.getKey(), one.getValue()));
    }
    gate.wins().ifPresent(wins -> out.add(wins(wins)));
    return new GateReport(out);
  }

  private static GateReport.Checked learnt(VersionMeter.Preferences found) {
    return new GateReport.Checked(
        LEARNT,
        found.moved(),
        "> " + STILL,
        found.moved() > STILL,
        "the most that an answer's log-probability changed");
  }

  private GateReport.Checked preferences(VersionMeter.Preferences found, boolean held) {
    double bound = gate.preferences().atLeast();
    if (!held) {
      return new GateReport.Checked(
          "preferences",
          0,
          ">= " + bound,
          false,
          "no prompt with judged answers is held out yet: it takes more feedback, a larger online.snapshot.holdout, or online.gate.preferences.data");
    }
    WinRate margins = found.margins();
    return new GateReport.Checked(
        "preferences",
        margins.rate(),
        ">= " + bound,
        margins.rate() >= bound,
        "%d pairs, 95 %%: %.3f to %.3f; the better answer is the likelier one in %.3f, was %.3f"
            .formatted(
                margins.count(),
                margins.interval().low(),
                margins.interval().high(),
                found.after(),
                found.before()));
  }

  private Asks prompts(Optional<Asks> told) {
    return told.orElseGet(
        () -> new Asks(rows.prompts(), Optional.empty(), Map.of(), Optional.of(MOST), false));
  }

  private GateReport.Checked gold(Gate.Tasks tasks) {
    VersionMeter.Worth worth = meter.worth(tasks.data(), tasks.scorer(), tasks.maxNewTokens());
    double bound = Math.max(tasks.atLeast(), worth.before() - tasks.worseBy());
    return new GateReport.Checked(
        "gold",
        worth.after(),
        ">= %.4f".formatted(bound),
        worth.after() >= bound - 1e-12,
        "%d tasks, was %.4f".formatted(worth.count(), worth.before()));
  }

  private GateReport.Checked kl(Gate.Budget budget) {
    SampledKl kl = meter.distance(prompts(budget.prompts()), budget.maxNewTokens(), seed);
    return new GateReport.Checked(
        "kl",
        kl.perAnswer(),
        "<= " + budget.most(),
        kl.perAnswer() <= budget.most(),
        "%d answers, %d tokens, %.4f a token".formatted(kl.answers(), kl.tokens(), kl.perToken()));
  }

  private List<GateReport.Checked> bounded(String name, Gate.Bounded check) {
    VersionMeter.Worth worth =
        meter.worth(prompts(check.prompts()), check.scorer(), check.maxNewTokens());
    String told = "%d answers, was %.4f".formatted(worth.count(), worth.before());
    List<GateReport.Checked> out = new ArrayList<>();
    check
        .atLeast()
        .ifPresent(
            low ->
                out.add(
                    new GateReport.Checked(
                        name, worth.after(), ">= " + low, worth.after() >= low, told)));
    check
        .atMost()
        .ifPresent(
            high ->
                out.add(
                    new GateReport.Checked(
                        name, worth.after(), "<= " + high, worth.after() <= high, told)));
    return out;
  }

  private GateReport.Checked wins(Gate.Wins wins) {
    WinRate rate =
        meter.wins(
            prompts(wins.prompts()), wins.judge(), wins.temperature(), wins.maxNewTokens(), seed);
    double low = rate.interval().low();
    return new GateReport.Checked(
        "wins",
        low,
        "> " + wins.above(),
        low > wins.above(),
        "rate %.3f, 95 %%: %.3f to %.3f; %d won, %d ties, %d lost"
            .formatted(
                rate.rate(), low, rate.interval().high(), rate.wins(), rate.ties(), rate.losses()));
  }
}
