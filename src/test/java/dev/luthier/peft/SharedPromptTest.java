package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several answers to one prompt, computed once or for each: the same numbers and gradients. */
class SharedPromptTest {
  private static final String SWITCH = "luthier.fused";
  private static final double SAME = 2e-5;

  @AfterEach
  void off() {
    System.clearProperty(SWITCH);
  }

  private static int[] ids(int count, long seed) {
    return new Random(seed).ints(count, 3, 96).toArray();
  }

  /** Three answers to one prompt, one to another, two to a third of one token. */
  private static List<TokenRow> rows() {
    int[] first = ids(6, 1);
    int[] second = ids(4, 2);
    int[] third = ids(1, 3);
    return List.of(
        TokenRow.answering(first, ids(3, 4)),
        TokenRow.answering(first, ids(5, 5)),
        TokenRow.answering(first, ids(1, 6)),
        TokenRow.answering(second, ids(4, 7)),
        TokenRow.answering(third, ids(2, 8)),
        TokenRow.answering(third, ids(3, 9)));
  }

  private static Tensor logProbabilities(CausalLm model, TokenBatch batch) {
    Tensor scores = model.logits(batch.input(), batch.positions()); // (M, V)
    return torch
        .log_softmax(scores, 1, new ScalarTypeOptional())
        .gather(1, batch.targets().unsqueeze(1))
        .squeeze(1);
  }

  /** 6 + 3 + 5 + 1 tokens of the first prompt, 4 + 4 of the second, 1 + 2 + 3 of the third. */
  @Test
  void aPromptIsThereOnce() {
    try (Scope scope = new Scope()) {
      TokenBatch shared = TokenBatch.sharing(rows(), Compute.CPU);
      assertThat(shared.input().ids().size(0)).isEqualTo(29);
      TokenBatch apart = TokenBatch.of(rows(), Compute.CPU);
      assertThat(apart.input().ids().size(0)).isEqualTo(29 + 2 * 6 + 1);
      assertThat(Ops.toLongs(shared.targets())).isEqualTo(Ops.toLongs(apart.targets()));
      assertThat(Ops.toLongs(shared.input().apart().ids()))
          .isEqualTo(Ops.toLongs(apart.input().ids()));
    }
  }

  @Test
  void everyDecoderSaysTheSame() throws IOException {
    int families = 0;
    try (Stream<Path> all = Files.list(Golden.SHIPPED)) {
      for (Path dir : all.map(d -> d.resolve("model")).filter(Files::isDirectory).toList()) {
        CausalLm model;
        try {
          model = CausalLm.load(dir, Compute.CPU);
        } catch (UserError e) {
          continue; // an encoder, or T5
        }
        families++;
        try (Scope scope = new Scope();
            AutoGradMode off = Ops.noGrad()) {
          Tensor shared = logProbabilities(model, TokenBatch.sharing(rows(), Compute.CPU));
          Tensor apart = logProbabilities(model, TokenBatch.of(rows(), Compute.CPU));
          assertThat(shared.sub(apart).abs().max().item_double())
              .as(dir.toString())
              .isLessThan(SAME);
        }
        model.close();
      }
    }
    assertThat(families).isGreaterThan(8);
  }

  /** A loss that weighs each token differently, and the gradient of every weight that trains. */
  private static List<float[]> run(boolean share, Peft peft) {
    try (CausalLm model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
        Adapted<CausalLm> adapted = Adapted.attach(model, peft, 3);
        Scope scope = new Scope()) {
      torch.manual_seed(11);
      for (Parameter p : adapted.trainable()) { // off its neutral start
        try (AutoGradMode off = Ops.noGrad()) {
          p.value().add_(torch.randn(Ops.shape(p.value())).mul(Ops.scalar(0.05)));
        }
      }
      adapted.training(true);
      TokenBatch batch =
          share ? TokenBatch.sharing(rows(), Compute.CPU) : TokenBatch.of(rows(), Compute.CPU);
      Tensor each = logProbabilities(model, batch); // (M)
      Tensor weights = torch.arange(Ops.scalar(each.size(0))).sin();
      Tensor loss = each.mul(weights).sum();
      loss.backward();
      List<float[]> out = new ArrayList<>(List.of(Ops.toFloats(each.detach())));
      adapted.trainable().forEach(p -> out.add(Ops.toFloats(p.value().grad())));
      return out;
    }
  }

  private static void same(Peft peft) {
    List<float[]> shared = run(true, peft);
    List<float[]> apart = run(false, peft);
    for (int i = 0; i < apart.size(); i++) {
      double norm = 0;
      double off = 0;
      for (int j = 0; j < apart.get(i).length; j++) {
        norm += apart.get(i)[j] * (double) apart.get(i)[j];
        double d = apart.get(i)[j] - shared.get(i)[j];
        off += d * d;
      }
      assertThat(Math.sqrt(off)).as("part %d", i).isLessThan(SAME * Math.sqrt(norm) + 1e-7);
    }
  }

  @Test
  void gradientsAreTheSame() {
    same(Lora.of(4, 8));
  }

  @Test
  void inFusedLayersToo() {
    System.setProperty(SWITCH, "on");
    same(Lora.of(4, 8));
  }

  /** Virtual tokens stand before every answer's own copy of the prompt. */
  @Test
  void withVirtualTokens() {
    same(new PromptTuning(3, new Start.Vocabulary(), List.of()));
  }

  @Test
  void behindAPrefix() {
    same(new PrefixTuning(3, new PrefixTuning.Direct(new Start.Vocabulary()), List.of()));
  }
}
