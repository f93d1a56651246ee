package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.data.TokenRow;
import dev.luthier.plan.Extent;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Prompts that are read at once: the longest, up to 4,096 tokens. */
class AnswersMemoryTest {
  private static TokenRow row(int length) {
    return new TokenRow(new int[length], new boolean[length]);
  }

  @Test
  void theLongestAreCountedAndNoMoreThanAreAsked() {
    List<TokenRow> rows = IntStream.of(10, 30, 20).mapToObj(AnswersMemoryTest::row).toList();
    // the two longest are 30 and 20 tokens, with 5 virtual ones before each
    assertThat(AnswersMemory.prompts(rows, 2, 5, 0)).isEqualTo(new Extent(2, 50, 30, 2, 5, false));
  }

  @Test
  void noMoreTokensThanStartTogether() {
    // 40 x 100 tokens are 4,000, one row more would be 4,100
    List<TokenRow> rows = Collections.nCopies(64, row(100));
    assertThat(AnswersMemory.prompts(rows, 64, 0, 0))
        .isEqualTo(new Extent(40, 4000, 100, 40, 0, false));
    // one that is longer alone is read alone
    assertThat(AnswersMemory.prompts(List.of(row(5000), row(3)), 64, 0, 0))
        .isEqualTo(new Extent(1, 5000, 5000, 1, 0, false));
  }
}
