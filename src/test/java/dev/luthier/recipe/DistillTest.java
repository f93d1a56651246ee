package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.TinyRun;
import dev.luthier.data.Samples;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Loss;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import dev.luthier.peft.Lora;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A student with one key and value head, whose teacher is the model with two. */
class DistillTest {
  @TempDir Path dir;
  private Path teacher;
  private Path student;

  @BeforeEach
  void write() {
    teacher = TinyRun.in(dir.resolve("tiny")).model();
    student = dir.resolve("student");
    new RegroupedFolder(1, new PooledBy.Mean())
        .write(teacher, student, new PrintWriter(new StringWriter()));
  }

  private static Distill method(String yaml) {
    return (Distill)
        new Binder(Recipe.class, place -> place)
            .bind(Method.class, Map.of("distill", Yaml.parse(yaml)), "method");
  }

  private static final TokenRow ROW =
      new TokenRow(
          new int[] {1, 40, 50, 60, 70, 80, 90, 100, 110},
          new boolean[] {false, true, true, true, true, true, true, true, true});

  /** The loss, its terms, and all gradients. */
  private float[] done(Path model, Peft peft, String yaml, Chunk chunk) {
    Distill method = method(yaml);
    try (ModelFolder folder = ModelFolder.open(model);
        CausalLm lm = folder.load(Compute.CPU);
        Adapted<CausalLm> adapted = Adapted.attach(lm, peft, 1);
        Scope scope = new Scope()) {
      DistillLesson lesson =
          (DistillLesson) method.lesson(folder, new Samples.Split(Samples.NONE, Samples.NONE), 1);
      try (lesson) {
        lesson.open(Compute.CPU);
        TokenBatch batch = lesson.batch(List.of(ROW), Draw.evaluation(1, 1), Compute.CPU);
        Loss loss = lesson.objective(lm, chunk).of(batch, 8);
        loss.total().backward();
        Tensor[] out =
            adapted.trainable().stream()
                .map(p -> p.value().grad().reshape(-1))
                .toArray(Tensor[]::new);
        Tensor first = loss.total().detach().view(1);
        Tensor terms =
            Ops.cat(0, loss.terms().stream().map(t -> t.value().view(1)).toArray(Tensor[]::new));
        return Ops.toFloats(Ops.cat(0, first, terms, Ops.cat(0, out)));
      }
    }
  }

  /** A teacher of itself: no distance, and a tenth of the usual loss is left. */
  @Test
  void ofItself() {
    String yaml = "{teacher: %s, share: 0.9}".formatted(teacher);
    float[] own = done(teacher, Lora.of(4, 8), yaml, new Chunk.All());
    assertThat(own[2]).isCloseTo(0, within(1e-6f));
    assertThat(own[0]).isCloseTo(0.1f * own[1], within(1e-5f));
  }

  /** The head in chunks of 3 tokens, frozen or trained, gives what it gives of all at once. */
  @Test
  void chunksAreEqual() {
    String yaml = "{teacher: %s, divergence: jsd, temperature: 2}".formatted(teacher);
    for (Peft peft : List.of(Lora.of(4, 8), new Full())) {
      float[] all = done(student, peft, yaml, new Chunk.All());
      float[] parts = done(student, peft, yaml, new Chunk.Tokens(3));
      assertThat(all[2]).isPositive();
      assertThat(all[0]).isCloseTo((all[1] + all[2]) / 2, within(1e-4f));
      assertThat(parts).containsExactly(all, within(2e-5f));
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> method("{teacher: x, share: 2}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("distill.share must be from 0 to 1, was 2");
    assertThatThrownBy(() -> method("{teacher: x, temperature: 0}"))
        .hasMessageContaining("distill.temperature must be > 0, was 0");
    assertThatThrownBy(() -> method("{share: 0.5}")).hasMessageContaining("teacher");
    assertThatThrownBy(
            () -> done(student, new Full(), "{teacher: models/tiny-base}", new Chunk.All()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("method.distill.teacher has rows for 4096 tokens");
  }
}
