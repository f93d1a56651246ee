package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.io.HubProgress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelPlaceTest {
  /** Whoever trains on a model that another recipe makes is not sent to the hub for it. */
  @Test
  void resultsOfRunsAreNotOnTheHub() {
    Path named = Path.of("runs/nobody-trained-this");
    assertThatThrownBy(() -> ModelPlace.folder(named, HubProgress.NONE))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("runs/nobody-trained-this: there is no such folder; it is what");
  }
}
