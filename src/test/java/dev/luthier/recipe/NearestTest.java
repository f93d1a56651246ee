package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void countsEdits() {
    assertThat(Nearest.distance("lr", "lr")).isZero();
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("epoch", "epochs")).isEqualTo(1); // one letter more
    assertThat(Nearest.distance("leraning", "learning")).isEqualTo(1); // ra swapped
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3); // k/s, e/i, +g
  }

  @Property(tries = 200)
  void distanceIsAMetricInWhatMatters(
      @ForAll @StringLength(max = 6) @CharRange(from = 'a', to = 'c') String a,
      @ForAll @StringLength(max = 6) @CharRange(from = 'a', to = 'c') String b) {
    assertThat(Nearest.distance(a, b)).isEqualTo(Nearest.distance(b, a));
    assertThat(Nearest.distance(a, b) == 0).isEqualTo(a.equals(b));
    assertThat(Nearest.distance(a, b)).isLessThanOrEqualTo(Math.max(a.length(), b.length()));
  }

  @Test
  void suggestsOnlyWhatIsNear() {
    List<String> known = List.of("train", "chat", "verify");
    assertThat(Nearest.word("trian", known)).contains("train");
    assertThat(Nearest.word("xyz", known)).isEmpty();
  }
}
