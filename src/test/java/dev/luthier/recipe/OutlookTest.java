package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.recipe.Outlook.Kind;
import dev.luthier.recipe.Outlook.Room;
import dev.luthier.recipe.Outlook.Rows;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Plans of models that are not there. */
class OutlookTest {
  private static final Map<String, Object> SFT = Map.of("sft", Map.of("max_length", 256));
  private static final Map<String, Object> LORA =
      Map.of("lora", Map.of("rank", 16, "targets", "all-linear"));
  private static final Shape TINY = Shape.of(Path.of("models/tiny-base"));

  private static Room room(Object peft, String memory) {
    return new Outlook(TINY, false, SFT, peft, "none", new Rows(8, 64, Kind.DEMONSTRATIONS))
        .within(Memory.of("memory", memory));
  }

  @Test
  void countsWeightsExactly() {
    // docs/claims.md: LoRA of rank 16 has 598,016 weights on tiny-base, the model 6,951,168
    Room lora = room(LORA, "40GB");
    assertThat(lora.fits()).isTrue();
    assertThat(lora.trained()).isEqualTo(4 * 598_016);
    assertThat(lora.microBatch()).isEqualTo(8);
    Room full = room("full", "1MB");
    assertThat(full.fits()).isFalse();
    assertThat(full.trained()).isEqualTo(4 * 6_951_168);
    assertThat(TINY.weights()).isEqualTo(6_951_168);
  }

  @Test
  void sizesAreThoseOfTheFamilies() {
    // Llama-3.2-1B: 1,235,814,400 weights; Llama-3.1-8B: 8,030,261,248; -70B: 70,553,706,496
    assertThat(Shape.of("1b").weights()).isEqualTo(1_235_814_400L);
    assertThat(Shape.of("8B").weights()).isEqualTo(8_030_261_248L);
    assertThat(Shape.of("70B").weights()).isEqualTo(70_553_706_496L);
    assertThat(Shape.of("8B").cacheBytes()).isEqualTo(4 * 32 * 8 * 128); // K and V, 2 bytes each
  }
}
