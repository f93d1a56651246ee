package dev.luthier.advise;

import dev.luthier.recipe.Outlook;
import dev.luthier.recipe.Recipes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The recipe of a pair in a situation: one training, or stages of which the earlier ones make what
 * the last one needs.
 *
 * @param room what was planned for the last one
 */
record Draft(Situation s, Pair pair, Outlook.Room room) {
  private static final String TUNED = "${sft.merged}";
  private static final int BATCH = 16;

  private Objective what() {
    return pair.what();
  }

  /** Whether there is a stage before the last one. */
  boolean staged() {
    return tunes()
        || what() == Objective.RLHF
        || what() == Objective.ONLINE
        || what() == Objective.RLAIF;
  }

  private boolean tunes() {
    return what().wantsTuned() && !s.tuned() && s.has(Feedback.DEMONSTRATIONS);
  }

  /** As text. */
  String text() {
    Map<String, Object> tree = new LinkedHashMap<>();
    String output = "runs/advised-" + what().label() + "-" + pair.by().label();
    if (!staged()) {
      tree.putAll(training(model(), method(), path(LastStage.feed(what(), s)), true));
      tree.put("output", output);
      return Recipes.text(tree);
    }
    String start = tunes() ? TUNED : model();
    Map<String, Object> stages = new LinkedHashMap<>();
    if (tunes()) {
      stages.put(
          "sft",
          training(model(), Keys.of("sft", longest()), path(Feedback.DEMONSTRATIONS), false));
    }
    if (what() == Objective.RLHF || what() == Objective.ONLINE) {
      stages.put(
          "reward",
          training(
              start,
              Keys.of("reward", Keys.of("loss", "bradley_terry")),
              path(Feedback.PAIRS),
              false));
    }
    if (what() == Objective.RLAIF) {
      stages.put("judged", Keys.of("answers", judged(start)));
    }
    String rows = what() == Objective.RLAIF ? "${judged.pairs}" : path(LastStage.feed(what(), s));
    stages.put(LastStage.stage(what()), training(start, method(), rows, true));
    tree.put("output", output);
    tree.put("stages", stages);
    return Recipes.text(tree);
  }

  private String model() {
    return s.model().map(Path::toString).orElse("my-model");
  }

  private Map<String, Object> training(String model, Object method, String data, boolean last) {
    // what goes before is merged, which every model can hold
    Object peft = last ? pair.by().peft() : Tuning.LORA.peft();
    Map<String, Object> out = new LinkedHashMap<>();
    out.put(
        "model",
        quantize().equals("none") ? model : Keys.of("path", model, "quantize", quantize()));
    out.put("method", method);
    out.put("peft", peft);
    out.put("data", Keys.of("train", data, "holdout", 0.1));
    out.put("optim", optim(peft, last));
    if (room.checkpoint()) {
      out.put("memory", Keys.of("checkpoint", "blocks"));
    }
    return out;
  }

  private Map<String, Object> optim(Object peft, boolean last) {
    Map<String, Object> out = new LinkedHashMap<>();
    if (last && what() != Objective.SFT && what() != Objective.CLASSIFY) { // docs/preferences.md
      out.put("lr", Recipes.usualRate(peft, s.shape().hidden(), 0.1));
    }
    out.put("batch", BATCH);
    if (room.microBatch() < BATCH) {
      out.put("micro_batch", room.microBatch());
    }
    out.put("epochs", last && what().wantsTuned() ? 1 : 3);
    return out;
  }

  /** How the frozen weights are kept. */
  String quantize() {
    return quantize(s, pair.by());
  }

  static String quantize(Situation s, Tuning tuning) {
    return s.fit() == Fit.FOUR_BITS && tuning != Tuning.FULL ? "nf4" : tuning.quantize();
  }

  private Object method() {
    Tuning by = pair.by();
    return switch (what()) {
      case SFT -> Keys.of("sft", longest());
      case CLASSIFY -> "classify";
      case DPO, RLAIF -> Keys.of("dpo", longest("beta", 0.1));
      case ORPO_ODDS -> Keys.of("orpo", longest("lambda", 0.5));
      case ORPO_OUTCOME ->
          Keys.of(
              "outcome_orpo",
              Keys.of(
                  "loss",
                  Keys.of("dpo", Keys.of("beta", 0.1)),
                  "way",
                  "margin",
                  "outcomes",
                  Keys.of("truth", Keys.of("scorer", "exact_match", "weight", 8))));
      case KTO -> Keys.of("kto", longest("beta", 0.1));
      case GPO -> Keys.of("gpo", longest("f", "logistic", "beta", 0.1));
      case GRPO -> Keys.of("grpo", drawn(by, false));
      case PPO -> Keys.of("ppo", drawn(by, false));
      case RLHF, ONLINE -> Keys.of("ppo", drawn(by, true));
    };
  }

  private Map<String, Object> drawn(Tuning by, boolean learnt) {
    Map<String, Object> out = new LinkedHashMap<>();
    String start = tunes() ? TUNED : model();
    if (learnt) {
      out.put(
          "rewards",
          Keys.of(
              "preferred",
              Keys.of(
                  "scorer",
                  Keys.of(
                      "reward_model", Keys.of("model", start, "adapter", "${reward.adapter}")))));
      out.put(
          "kl",
          Keys.of(
              "in_reward",
              Keys.of("control", Keys.of("adaptive", Keys.of("start", 0.1, "target", 3)))));
      out.put("reference", by == Tuning.FULL ? "copy" : "adapters_off");
    } else if (s.has(Feedback.VERIFIABLE)) {
      out.put("rewards", Keys.of("right", "exact_match"));
    } else {
      String folder = path(Feedback.REWARD_MODEL);
      out.put(
          "rewards",
          Keys.of(
              "preferred", Keys.of("scorer", Keys.of("reward_model", Keys.of("model", folder)))));
    }
    out.put("rollout", Keys.of("samples", 8, "max_new_tokens", answer()));
    return out;
  }

  private Map<String, Object> judged(String start) {
    Object judge = Keys.of("local", Keys.of("folder", model(), "way", "rubric"));
    return Keys.of(
        "model",
        start,
        "data",
        path(Feedback.JUDGE),
        "draw",
        Keys.of("samples", 4, "max_new_tokens", answer()),
        "by",
        Keys.of("judge", Keys.of("by", judge)));
  }

  private int answer() {
    return Math.max(8, Math.min(256, s.length() / 2));
  }

  private Map<String, Object> longest(Object... more) {
    Map<String, Object> out = Keys.of(more);
    if (s.length() > 1024) {
      out.put("max_length", s.length());
    }
    return out;
  }

  private String path(Feedback kind) {
    Path given = s.files().get(kind);
    return given == null ? "my-" + kind.label() + ".jsonl" : given.toString();
  }
}
