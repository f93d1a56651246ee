package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDirectoryTest {
  private static final String RECIPE = "model:\n  path: m\noptim:\n  lr: 0.001\n";

  @TempDir Path dir;

  @Test
  void keepsTheRecipeAndGoesOnWithTheSameOne() throws IOException {
    Path out = dir.resolve("runs/one");
    try (RunDirectory run = RunDirectory.create(out, RECIPE)) {
      assertThat(run.path()).isEqualTo(out);
      assertThat(Files.readString(out.resolve("recipe.yaml"))).isEqualTo(RECIPE);
    }
    Files.createDirectory(out.resolve(".tmp-adapter"));
    RunDirectory.resume(out, RECIPE).close();
    assertThat(out.resolve(".tmp-adapter")).doesNotExist();
  }

  @Test
  void refusesAFolderWithAnotherRun() {
    RunDirectory.create(dir, RECIPE).close();
    assertThatThrownBy(() -> RunDirectory.create(dir, RECIPE))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "output %s already holds a run; continue it with --resume, or choose another output"
                .formatted(dir));
  }

  @Test
  void refusesAFolderWithOtherFiles() throws IOException {
    Files.writeString(dir.resolve("thesis.tex"), "");
    assertThatThrownBy(() -> RunDirectory.create(dir, RECIPE))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "output %s is not empty (it holds thesis.tex); choose another output".formatted(dir));
  }

  @Test
  void refusesToResumeNothing() {
    assertThatThrownBy(() -> RunDirectory.resume(dir, RECIPE))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "there is no run to resume in %s (no recipe.yaml); start it without --resume"
                .formatted(dir));
  }

  @Test
  void refusesAChangedRecipeNamingTheFirstDifference() {
    RunDirectory.create(dir, RECIPE).close();
    assertThatThrownBy(() -> RunDirectory.resume(dir, RECIPE.replace("0.001", "0.002")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            ("--resume needs the recipe the run was begun with, but line 4 of %s says \"lr: 0.001\""
                    + " and the recipe now says \"lr: 0.002\"; restore it, or choose another output")
                .formatted(dir.resolve("recipe.yaml")));
    assertThatThrownBy(() -> RunDirectory.resume(dir, RECIPE + "seed: 1\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("line 5")
        .hasMessageContaining("says \"(nothing)\" and the recipe now says \"seed: 1\"");
  }

  @Test
  void refusesAFolderInWhichAnotherProcessWorks() {
    try (RunDirectory first = RunDirectory.create(dir, RECIPE)) {
      assertThatThrownBy(() -> RunDirectory.resume(first.path(), RECIPE))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "another process is at work in %s; wait for it, or choose another output"
                  .formatted(dir));
    }
  }
}
