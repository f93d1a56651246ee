package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.data.TrainingRow;
import dev.luthier.model.Model;
import dev.luthier.plan.Plan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan says of heads that are cut, where the rows that it looks at are not. */
class ProbesTest {
  private static final long VOCABULARY = 320;

  @TempDir Path dir;

  private Plan plan(TinyRun tiny, String chunk) {
    Recipe recipe =
        Recipes.read(
            tiny.recipe(),
            List.of("--optim.batch=38", "--optim.micro_batch=38", "--memory.chunk=" + chunk));
    Plan[] out = new Plan[1];
    Training.planned(
        recipe,
        new Training.Planned() {
          @Override
          public <R extends TrainingRow, B, M extends Model> void with(Planner<R, B, M> planner) {
            out[0] = planner.plan();
          }
        });
    return out[0];
  }

  /**
   * All at once, M targets have scores and their logarithms, 8 M V bytes, and gradients of both. In
   * chunks of C, of which the rows that are looked at have no more, 16 C V bytes are there for a
   * while; all else is the same.
   */
  @Test
  void aChunkIsThereForAWhile() {
    TinyRun tiny = TinyRun.in(dir.resolve("tiny"));
    Plan whole = plan(tiny, "0");
    Plan cut = plan(tiny, "128");
    long targets = whole.extent().targets();
    assertThat(targets).isGreaterThan(128);
    assertThat(whole.step().logits()).isEqualTo(8 * targets * VOCABULARY);
    assertThat(cut.step().logits()).isZero();
    assertThat(cut.step().part()).isEqualTo(16 * 128 * VOCABULARY);
    assertThat(cut.step().total()).isLessThan(whole.step().total());
    assertThat(plan(tiny, String.valueOf(targets)).step()).isEqualTo(whole.step());
  }
}
