package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.loss.Chunked;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.MaskedLm;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Seq2Seq;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import dev.luthier.peft.Lora;
import dev.luthier.peft.Peft;
import dev.luthier.peft.Targets;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import dev.luthier.train.AdamW;
import dev.luthier.train.Optim;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real heads in chunks of 7 tokens: tied, capped, scaled, with a map before, trained or not. */
class ChunkedHeadTest {
  private static final Lora ON_HEAD =
      new Lora(
          4,
          8,
          0,
          new Targets.Names(List.of("lm_head", "q_proj")),
          Map.of(),
          Map.of(),
          List.of(),
          false,
          List.of());

  private static Sequences text(int... lengths) {
    Random random = new Random(4);
    return Sequences.of(
        Arrays.stream(lengths).mapToObj(n -> random.ints(n, 3, 90).toArray()).toList(),
        Compute.CPU);
  }

  private static Tensor hidden(Model model) {
    if (model instanceof Seq2Seq t5) {
      return t5.hidden(text(5, 9), text(11, 20));
    }
    return model instanceof MaskedLm lm
        ? lm.hidden(text(11, 20), null)
        : ((CausalLm) model).hidden(text(11, 20));
  }

  private static Tensor logits(Model model, Tensor hidden) {
    if (model instanceof Seq2Seq t5) {
      return t5.logits(hidden);
    }
    return model instanceof MaskedLm lm ? lm.logits(hidden) : ((CausalLm) model).logits(hidden);
  }

  /** The loss and all gradients, one behind the other. */
  private static float[] done(Adapted<Model> adapted, Optim optim, long tokens) {
    Model model = adapted.model();
    optim.zeroGradients();
    try (Scope scope = new Scope()) {
      Tensor targets = text(31).ids();
      Tensor total =
          new Chunked(states -> logits(model, states), tokens, Compute.CPU)
              .sum(
                  hidden(model),
                  targets,
                  (scores, right) -> new CrossEntropy().of(scores, right, 31).total());
      total.backward();
      Tensor[] all =
          adapted.trainable().stream()
              .map(p -> p.value().grad().reshape(-1))
              .toArray(Tensor[]::new);
      return Ops.toFloats(Ops.cat(0, total.detach().view(1), Ops.cat(0, all)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama, lora",
    "llama3, full",
    "llama, head",
    "gemma2, full",
    "gemma2, lora",
    "gemma2, head",
    "t5, full",
    "t5, lora",
    "bert_mlm, full",
    "bert_mlm, lora"
  })
  void chunksGiveLossAndGradientsOfAllAtOnce(String family, String what) {
    Peft peft = what.equals("full") ? new Full() : what.equals("head") ? ON_HEAD : Lora.of(4, 8);
    try (Model model = Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, peft, 1);
        Optim optim =
            new Optim(
                List.of(new Optim.Group(adapted.trainable(), 0, 0)),
                AdamW.of(0.9, 0.999, 1),
                Compute.CPU)) {
      float[] plain = done(adapted, optim, Long.MAX_VALUE);
      float[] ours = done(adapted, optim, 7);
      assertThat(ours[0]).isCloseTo(plain[0], within(1e-6f * plain[0]));
      float largest = 0;
      for (int i = 1; i < plain.length; i++) {
        largest = Math.max(largest, Math.abs(plain[i]));
      }
      plain[0] = ours[0];
      assertThat(ours).containsExactly(plain, within(1e-6f * Math.max(1, largest)));
    }
  }
}
