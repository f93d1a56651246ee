package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MaskingTest {
  private static final int MASK = 4;
  private static final int WORDS = 1000;
  private static final Masking BERT = new Masking(0.15, MASK, WORDS);

  private static MaskableRow row(List<Boolean> maskable) {
    int n = maskable.size();
    int[] ids = new int[n];
    boolean[] may = new boolean[n];
    for (int i = 0; i < n; i++) {
      ids[i] = 100 + i;
      may[i] = maskable.get(i);
    }
    return new MaskableRow(ids, new int[n], may);
  }

  @Test
  void howMany() {
    // 0.15 n: 0.15 -> 1 at least, 1.5 -> 2 and 4.5 -> 4 (to even), 15.
    assertThat(BERT.count(0)).isZero();
    assertThat(BERT.count(1)).isEqualTo(1);
    assertThat(BERT.count(10)).isEqualTo(2);
    assertThat(BERT.count(30)).isEqualTo(4);
    assertThat(BERT.count(100)).isEqualTo(15);
    assertThatThrownBy(() -> new Masking(0, MASK, WORDS)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new Masking(1, MASK, WORDS)).isInstanceOf(UserError.class);
  }

  /** Laws: exactly the share is hidden, never a control token; the rest stays; targets are true. */
  @Property
  void laws(
      @ForAll @Size(min = 1, max = 80) List<Boolean> maskable,
      @ForAll long seed,
      @ForAll @IntRange(max = 5) int epoch,
      @ForAll @IntRange(max = 50) int number) {
    MaskableRow row = row(maskable);
    TaggedRow hidden = BERT.hide(row, seed, epoch, number);
    assertThat(hidden.targets()).isEqualTo(BERT.count(row.targets()));
    for (int i = 0; i < row.length(); i++) {
      if (hidden.tags()[i] == TaggedRow.NONE) {
        assertThat(hidden.ids()[i]).isEqualTo(row.ids()[i]);
      } else {
        assertThat(row.maskable()[i]).isTrue();
        assertThat(hidden.tags()[i]).isEqualTo(row.ids()[i]);
        assertThat(hidden.ids()[i]).isBetween(0, WORDS - 1);
      }
    }
    TaggedRow again = BERT.hide(row, seed, epoch, number);
    assertThat(again.ids()).isEqualTo(hidden.ids());
    assertThat(again.tags()).isEqualTo(hidden.tags());
  }

  @Test
  void eightyTenTenAndNewInEveryEpoch() {
    MaskableRow row = row(java.util.Collections.nCopies(100, true));
    int masked = 0;
    int kept = 0;
    int all = 0;
    int[] chosen = new int[100];
    for (int epoch = 0; epoch < 4000; epoch++) {
      TaggedRow hidden = BERT.hide(row, 7, epoch, 3);
      for (int i = 0; i < 100; i++) {
        if (hidden.tags()[i] != TaggedRow.NONE) {
          all++;
          chosen[i]++;
          masked += hidden.ids()[i] == MASK ? 1 : 0;
          kept += hidden.ids()[i] == row.ids()[i] ? 1 : 0;
        }
      }
    }
    // 60,000 draws: one standard deviation is 0.0016 of the masked, 0.0012 of the kept.
    assertThat(all).isEqualTo(60_000);
    assertThat((double) masked / all).isCloseTo(0.8 + 0.1 / WORDS, within(0.008));
    assertThat((double) kept / all).isCloseTo(0.1 + 0.1 / WORDS, within(0.006));
    // Every place 600 times of 4000, within five standard deviations of 22.6.
    assertThat(Arrays.stream(chosen).boxed().toList()).allMatch(n -> Math.abs(n - 600) < 113);
    assertThat(BERT.hide(row, 7, 0, 3).tags()).isNotEqualTo(BERT.hide(row, 7, 0, 4).tags());
  }
}
