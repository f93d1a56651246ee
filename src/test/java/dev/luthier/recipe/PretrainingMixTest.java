package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.TinyRun;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Loss;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingMixTest {
  @TempDir Path dir;

  private static float[] gradient(CausalLm model, Tensor loss) {
    loss.backward();
    Parameter some = model.parameters().stream().skip(3).findFirst().orElseThrow();
    float[] out = Ops.toFloats(some.value().grad());
    model
        .parameters()
        .forEach(
            p -> {
              if (p.value().grad().defined()) {
                p.value().mutable_grad().zero_();
              }
            });
    return out;
  }

  /** gamma / T sum_t -log p(x_t | x_before): of 3 + 2 learnt tokens, a part of a step of 10. */
  @Test
  void theMeanOverTokensTimesTheCoefficient() {
    AnswersMethod method =
        (AnswersMethod)
            Recipes.parse(
                    "{ model: m, data: d.jsonl, output: o, method: { ppo: { rewards: { right:"
                        + " exact_match }, pretraining_mix: { data: x.jsonl, coef: 3 } } } }",
                    "recipes/x.yaml",
                    List.of(),
                    p -> p,
                    Recipe.class)
                .method();
    try (ModelFolder folder =
            ModelFolder.open(TinyRun.in(dir.resolve("tiny")).dir().resolve("model"));
        CausalLm model = folder.load(Compute.CPU);
        Scope scope = new Scope()) {
      model.parameters().forEach(p -> p.trainable(true));
      TokenBatch texts =
          TokenBatch.of(
              List.of(
                  new TokenRow(new int[] {5, 6, 7, 8}, new boolean[] {false, true, true, true}),
                  new TokenRow(new int[] {9, 5, 9}, new boolean[] {false, true, true})),
              Compute.CPU);
      Loss loss =
          new AnswersObjective(
                  method,
                  new Likelihood(RankLesson.decoder(folder)),
                  Optional.empty(),
                  new Turns(method.answers()))
              .of(model, PolicyBatch.of(new PolicyBatch.Mixed(texts, 10)), new Chunk.Tokens(2));
      Tensor logs = model.logits(texts.input(), texts.positions()).log_softmax(1); // (5, V)
      Tensor sum = logs.gather(1, texts.targets().unsqueeze(1)).sum();
      Tensor expected = sum.mul(Ops.scalar(-3.0 / 10));
      assertThat(loss.total().item_double()).isCloseTo(expected.item_double(), within(1e-5));
      assertThat(loss.terms().get(0).value().item_double())
          .isCloseTo(expected.item_double() / 3, within(1e-5));
      assertThat(gradient(model, loss.total()))
          .containsExactly(gradient(model, expected), within(1e-5f));
    }
  }
}
