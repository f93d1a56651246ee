package dev.luthier.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cycles of methods that learn from labels, and from a reward model. */
class MethodCycleTest {
  private static final String REWARD =
      """
      reward:
        method: { reward: { max_length: 64 } }
        peft: { lora: { rank: 2, alpha: 4 } }
        optim: { lr: 1e-2, batch: 8, max_steps: 4 }
        eval: { every: never, generate: 0 }
      """;
  private static final String GRPO =
      "--online.tune={method: {grpo: {rewards: {liked: {scorer: {reward_model: {model: %s, adapter: '${reward.adapter}'}}}}, rollout: {samples: 4, max_new_tokens: 4}}}, peft: {lora: {rank: 2, alpha: 4}}, optim: {lr: 1e-2, batch: 8, max_steps: 2}, eval: {every: never, generate: 0}}";
  private static final String GATE =
      "{ preferences: { at_least: 0 }, safety: { liked: { scorer: { reward_model: { model: %s, adapter: '${reward.adapter}' } }, at_least: -100, max_new_tokens: 4 } } }";

  @TempDir static Path dir;
  private static TinyRun model;

  @BeforeAll
  static void makeModel() {
    model = TinyRun.in(dir.resolve("model"));
  }

  @Test
  void labelsAreLearntFromThatPairsMake() {
    TinyHome home = TinyHome.in(dir.resolve("kto"), model, "{ preferences: { at_least: 0 } }", "");
    home.choose(0, true);
    String said = home.once("--online.tune.method={kto: {max_length: 64}}");
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.PROMOTED);
    // of each pair, whose prompt is not held out, one good answer and one bad one
    Path train = new Cycles(home.home()).folder(home.last()).resolve("snapshot/train.jsonl");
    assertThat(RowLines.read(train).lines())
        .hasSizeBetween(2, 48) // 24 prompts
        .allMatch(line -> line.contains("\"label\":true") == line.contains("abcabc"));
  }

  @Test
  void aRewardModelIsKeptUpAndTeachesThePolicy() throws IOException {
    TinyHome home = TinyHome.in(dir.resolve("grpo"), model, GATE.formatted(model.model()), REWARD);
    String tune = GRPO.formatted(model.model());
    home.choose(0, true);
    String said = home.once(tune);
    assertThat(home.last().outcome()).as(said).isEqualTo(CycleState.Outcome.PROMOTED);
    assertThat(said).contains("gate      liked ");
    home.choose(50, true);
    said = home.once(tune);
    Path folder = new Cycles(home.home()).folder(home.last());
    assertThat(Files.readString(folder.resolve("stages.yaml")))
        .as(said)
        .contains("adapter: " + home.home().resolve("cycles/c0001/train/reward/adapter"))
        .contains("adapter: " + home.home().resolve("versions/v0001/adapter"));
  }

  @Test
  void aRewardModelThatThereIsNotIsRefused() {
    TinyHome home = TinyHome.in(dir.resolve("none"), model, GATE.formatted(model.model()), "");
    assertThatThrownBy(home::online)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("but there is no online.reward");
  }

  @Test
  void filesThatTheGateReadsAreLookedAtBeforeAnybodyTrains() {
    TinyHome home =
        TinyHome.in(dir.resolve("files"), model, "{ gold: { data: nowhere.jsonl } }", "");
    home.choose(0, true);
    assertThatThrownBy(home::once)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("online.gate.gold.data")
        .hasMessageContaining("there is no nowhere.jsonl");
    assertThat(new Cycles(home.home()).list()).isEmpty();
  }

  @Test
  void whatIsNoCycleIsRefused() {
    TinyHome home = TinyHome.in(dir.resolve("wrong"), model, "{}", "");
    refused(home, "--online.tune.method=sft", "must learn from preferences");
    refused(home, "--online.tune.model=x", "which the cycle fills in");
    refused(home, "--online.tune.peft=full", "must be an adapter");
    refused(home, "--online.every=soon", "online.every must be a time such as 30s, 15m, 6h or 2d");
    refused(home, "--online.promte=hand", "did you mean online.promote?");
    refused(home, "--online.least=0", "online.least must be >= 1, was 0");
  }

  private static void refused(TinyHome home, String override, String why) {
    assertThatThrownBy(() -> home.online(override))
        .as(override)
        .isInstanceOf(UserError.class)
        .hasMessageContaining(why);
  }
}
