package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.plan.Extent;
import dev.luthier.plan.Fixed;
import dev.luthier.plan.Plan;
import dev.luthier.plan.StepMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is chosen and said when memory is short. */
class FittingTest {
  @TempDir Path dir;

  /** 1,000 bytes are fixed, every row at once takes 100. */
  private static Plan plan(Recipe recipe) {
    int rows = recipe.optim().rowsAtOnce();
    return new Plan(
        new Fixed(400, 300, 100, 100, 100, 50),
        new Extent(rows, rows * 10L, 10, rows, 0, true),
        new StepMemory(60L * rows, 20L * rows, 20L * rows, 60L * rows, 0),
        70L * rows,
        0);
  }

  private Recipe recipe(String... more) {
    return Recipes.read(TinyRun.in(dir).recipe(), List.of(more));
  }

  @Test
  void theMostRowsThatFitAreChosen() {
    Recipe sixteen = recipe("--optim.batch=16", "--optim.micro_batch=16");
    assertThat(Fitting.of(sixteen, new Memory(2600), FittingTest::plan).recipe())
        .isEqualTo(sixteen); // 1000 + 16 x 100, to the byte
    Fitting less = Fitting.of(sixteen, new Memory(2599), FittingTest::plan);
    assertThat(less.recipe().optim().rowsAtOnce()).isEqualTo(15);
    assertThat(less.recipe().optim().batch()).isEqualTo(16);
    assertThat(less.why()).contains("optim.micro_batch 15");
    assertThat(
            Fitting.of(sixteen, new Memory(1100), FittingTest::plan).recipe().optim().rowsAtOnce())
        .isEqualTo(1);
  }

  @Test
  void whatFitsNowhereIsRefusedWithTheLeastNeed() {
    Recipe four = recipe("--optim.micro_batch=4");
    assertThatThrownBy(() -> Fitting.of(four, new Memory(1099), FittingTest::plan))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nothing fits")
        .hasMessageContaining("1 kB"); // 1,100 bytes
  }

  @Test
  void remediesAreRankedByWhatTheySave() {
    Recipe four = recipe("--optim.micro_batch=4");
    List<Remedy.Planned> ranked = Remedy.ranked(four, plan(four), FittingTest::plan);
    assertThat(ranked)
        .extracting(r -> r.remedy().what())
        .containsExactly("optim.micro_batch: 1", "optim.micro_batch: 2"); // 300 and 200 bytes
  }

  @Test
  void thePeakIsTheLargestOfWhatDoesNotCoincide() {
    Plan plan = plan(recipe("--optim.micro_batch=4"));
    assertThat(plan.peak()).isEqualTo(1000 + 400);
    assertThat(plan.when()).isEqualTo("the backward pass");
    Plan writing = new Plan(plan.fixed(), plan.extent(), plan.step(), 280, 5000);
    assertThat(writing.peak()).isEqualTo(6000);
    assertThat(writing.when()).isEqualTo("writing answers");
    assertThat(writing.parts().values().stream().mapToLong(b -> b).sum() - 5000 - 6000)
        .isEqualTo(6000); // without cache and peak, which are no further parts, it adds up
  }

  @Test
  void amountsOfMemory() {
    assertThat(Memory.of("--fit", "24GB").bytes()).isEqualTo(24_000_000_000L);
    assertThat(Memory.of("--fit", "1.5 GiB").bytes()).isEqualTo(3L << 29);
    assertThat(Memory.of("--fit", "512m").bytes()).isEqualTo(512_000_000);
    for (String wrong : List.of("24", "GB", "-1GB", "many", "", "0GB", "1 PB")) {
      assertThatThrownBy(() -> Memory.of("--fit", wrong))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("--fit must be ");
    }
  }

  @Test
  void memoryThatRunsOutIsSaidInOneLine() {
    Plan plan = plan(recipe());
    long[] terabytes = {1L << 45};
    assertThatThrownBy(
            () ->
                OutOfMemory.explained(
                    Optional.of(plan), Path.of("runs/x"), () -> torch.empty(terabytes)))
        .isInstanceOf(OutOfMemory.class)
        .hasMessageStartingWith("out of memory: ")
        .hasMessageContaining("more were asked for; planned were 1 kB")
        .hasMessageContaining("checkpoints in runs/x are whole")
        .message()
        .hasLineCount(1);
    assertThatThrownBy(
            () ->
                OutOfMemory.explained(
                    Optional.empty(),
                    Path.of("runs/x"),
                    () -> {
                      throw new IllegalStateException("something else");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(OutOfMemory.is(new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB")))
        .isTrue();
  }
}
