package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TaggingTest {
  private static List<String> tags(String tags) {
    return List.of(tags.split(" "));
  }

  private static Tagging.Entity entity(String type, int start, int end) {
    return new Tagging.Entity(type, 0, start, end);
  }

  @Test
  void entitiesOfGoodTags() {
    for (Tagging tagging : Tagging.values()) {
      assertThat(tagging.entities(tags("B-PER I-PER O B-LOC B-LOC I-LOC"), 0))
          .containsExactly(entity("PER", 0, 2), entity("LOC", 3, 4), entity("LOC", 4, 6));
    }
  }

  @Test
  void anInsideWithoutItsBeginning() {
    List<String> stray = tags("O I-PER I-PER B-LOC I-PER I-LOC");
    assertThat(Tagging.STRICT.entities(stray, 0)).containsExactly(entity("LOC", 3, 4));
    assertThat(Tagging.CONLL.entities(stray, 0))
        .containsExactly(
            entity("PER", 1, 3), entity("LOC", 3, 4), entity("PER", 4, 5), entity("LOC", 5, 6));
    assertThat(Tagging.STRICT.entities(tags("B I I O"), 0)).containsExactly(entity("_", 0, 3));
  }

  @Test
  void theExampleOfSeqeval() {
    // One of two entities on each side agrees: MISC is one word off, PER is right.
    List<List<String>> truth = List.of(tags("O O O B-MISC I-MISC I-MISC O"), tags("B-PER I-PER O"));
    List<List<String>> predicted =
        List.of(tags("O O B-MISC I-MISC I-MISC I-MISC O"), tags("B-PER I-PER O"));
    Tagging.Result result = Tagging.STRICT.score(truth, predicted);
    assertThat(result.all()).isEqualTo(new Scores(0.5, 0.5, 0.5));
    assertThat(result.byType()).containsOnlyKeys("MISC", "PER");
    assertThat(result.byType().get("MISC").f1()).isZero();
    assertThat(result.byType().get("PER").f1()).isEqualTo(1);
  }

  @Test
  void nothingThereOrNothingFound() {
    assertThat(Tagging.STRICT.score(List.of(tags("O")), List.of(tags("B-X"))).all())
        .isEqualTo(new Scores(0, 0, 0));
    assertThatThrownBy(() -> Tagging.STRICT.score(List.of(tags("X-PER")), List.of(tags("O"))))
        .isInstanceOf(UserError.class)
        .hasMessage("tag \"X-PER\" is none of B-TYPE, I-TYPE and O");
  }

  /** Laws: strict entities are entities; they do not overlap; truth against itself is perfect. */
  @Property
  void laws(@ForAll @Size(min = 1, max = 20) List<@IntRange(max = 4) Integer> drawn) {
    List<String> row =
        drawn.stream().map(i -> List.of("O", "B-A", "I-A", "B-C", "I-C").get(i)).toList();
    List<Tagging.Entity> lenient = Tagging.CONLL.entities(row, 0);
    for (Tagging tagging : Tagging.values()) {
      int end = 0;
      for (Tagging.Entity e : tagging.entities(row, 0)) {
        assertThat(e.start()).isGreaterThanOrEqualTo(end);
        assertThat(e.end()).isGreaterThan(e.start());
        end = e.end();
      }
      Scores self = tagging.score(List.of(row), List.of(row)).all();
      assertThat(self.f1()).isEqualTo(tagging.entities(row, 0).isEmpty() ? 0 : 1);
    }
    assertThat(lenient).containsAll(Tagging.STRICT.entities(row, 0));
    long outside = row.stream().filter("O"::equals).count();
    assertThat(lenient.stream().mapToInt(e -> e.end() - e.start()).sum())
        .isEqualTo((int) (row.size() - outside));
  }
}
