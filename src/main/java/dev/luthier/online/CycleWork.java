package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.feedback.Judged;
import dev.luthier.io.RunDirectory;
import dev.luthier.online.Cycle.Step;
import dev.luthier.recipe.Stages;
import dev.luthier.recipe.StagesFlow;
import dev.luthier.recipe.Training;
import dev.luthier.recipe.VersionMeter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** What the stages of a cycle do. Each may be done again when it was broken off. */
final class CycleWork {
  private static final String GATE = "gate.json";

  private final Cycles cycles;
  private final Versions versions;
  private final CycleRecipe.Told told;
  private final TrainPlan plan;
  private final Cycle.Tools tools;
  private CycleState state;

  CycleWork(Cycles cycles, Versions versions, CycleState state, Cycle.Tools tools) {
    this.cycles = cycles;
    this.versions = versions;
    this.told = cycles.recipe(state);
    this.plan = new TrainPlan(told, cycles.folder(state));
    this.tools = tools;
    this.state = state;
  }

  CycleState state() {
    return state;
  }

  /** Notes that a stage has ended. */
  void mark(CycleStage stage, double seconds) {
    state = cycles.write(state.did(stage, seconds));
  }

  OnlineSpec spec() {
    return told.recipe().online();
  }

  Step step(CycleStage stage) {
    return switch (stage) {
      case SNAPSHOT -> snapshot();
      case TRAIN -> train();
      case GATE -> gate();
      case VERSION -> version();
      case CANARY -> canary();
      case DEPLOY -> deploy();
    };
  }

  private Step end(CycleState.Outcome how, List<String> why) {
    state = state.ending(how, why, tools.clock().instant().truncatedTo(ChronoUnit.MILLIS));
    return Step.DONE;
  }

  private Step snapshot() {
    CycleRows rows = new Snapshots(told.recipe(), cycles, tools.store()).take(state);
    tools.say("rows      %s", rows.counts().text());
    if (rows.counts().rows() < spec().least()) {
      String why =
          rows.counts().fresh() == 0
              ? "there is no new accepted feedback"
              : "too little accepted feedback";
      return end(
          CycleState.Outcome.REFUSED,
          List.of(
              "%s, online.least is %d: %s".formatted(why, spec().least(), rows.counts().text())));
    }
    return Step.DONE;
  }

  private CycleRows rows() {
    return CycleRows.read(cycles.folder(state));
  }

  private Step train() {
    Stages stages = plan.stages(rows(), parent(), cycles.lastReward(versions.deployed()));
    boolean begun = RunDirectory.isOne(plan.output());
    boolean ended =
        new StagesFlow(stages, tools.progress(), tools.out())
            .run(begun ? Training.Start.RESUME : Training.Start.NEW);
    return ended ? Step.DONE : Step.WAITS;
  }

  private Optional<Path> parent() {
    return versions.whole(state.parent()).adapter();
  }

  private Step gate() {
    Path file = cycles.folder(state).resolve(GATE);
    if (!Files.exists(file)) {
      try (VersionMeter meter =
          VersionMeter.open(told.recipe().model(), parent(), plan.adapter(), tools.out())) {
        HomeJson.write(file, new GateRun(plan.gate(), rows(), meter, spec().seed()).report());
      }
    }
    GateReport report = HomeJson.read(file, GateReport.class);
    report.checks().forEach(check -> tools.say("gate      %s", check.text()));
    return learnt(report)
        ? Step.DONE
        : end(
            CycleState.Outcome.REFUSED,
            List.of("nothing was learnt, so there is no new version: " + report.reasons().get(0)));
  }

  private static boolean learnt(GateReport report) {
    return report.checks().stream().allMatch(c -> c.passed() || !c.name().equals(GateRun.LEARNT));
  }

  private Step version() {
    GateReport report = HomeJson.read(cycles.folder(state).resolve(GATE), GateReport.class);
    Version made =
        versions.add(
            new Made(
                state.parent(), plan.adapter(), state.at(), Optional.of(report), state.name()));
    state = state.making(made.name());
    tools.say("version   %s from %s, %s", made.name(), made.parent(), made.folder());
    return made.refused() ? end(CycleState.Outcome.REFUSED, report.reasons()) : Step.DONE;
  }

  private String made() {
    return Optional.ofNullable(state.version()).orElseThrow();
  }

  private Step canary() {
    if (spec().canary().isEmpty() || moved()) {
      return Step.DONE;
    }
    CanaryTrial trial =
        new CanaryTrial(
            spec().canary().get(), versions, made(), tools.clock(), this::feedback, tools::say);
    CanaryTrial.Result result = trial.look();
    return switch (result.way()) {
      case WAIT -> Step.WAITS;
      case PROMOTE -> Step.DONE;
      case ROLL_BACK -> end(CycleState.Outcome.ROLLED_BACK, List.of(result.why()));
    };
  }

  private List<Judged> feedback() {
    return new Snapshots(told.recipe(), cycles, tools.store()).filtered();
  }

  /** Whether another version answers than the one that this one was measured beside. */
  private boolean moved() {
    String current = versions.deployed().current();
    return !current.equals(state.parent()) && !current.equals(made());
  }

  private Step deploy() {
    if (moved()) {
      return end(
          CycleState.Outcome.READY,
          List.of(
              "version %s answers now, but %s was measured beside %s; promote it by hand, or leave it"
                  .formatted(versions.deployed().current(), made(), state.parent())));
    }
    if (versions.deployed().current().equals(made())) {
      return end(CycleState.Outcome.PROMOTED, List.of());
    }
    if (spec().promote() == OnlineSpec.Promote.HAND) {
      return end(
          CycleState.Outcome.READY,
          List.of("online.promote is hand: --promote %s lets it answer".formatted(made())));
    }
    try {
      versions.promote(made(), "by cycle " + state.name());
    } catch (UserError changed) {
      return end(CycleState.Outcome.REFUSED, List.of(String.valueOf(changed.getMessage())));
    }
    return end(CycleState.Outcome.PROMOTED, List.of());
  }
}
