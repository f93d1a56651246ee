package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  @TempDir Path dir;

  private DataSet set(String name, int rows, OptionalDouble weight, OptionalLong limit)
      throws IOException {
    Path file = dir.resolve(name + ".jsonl");
    Files.writeString(
        file,
        IntStream.range(0, rows)
            .mapToObj(i -> "{\"text\": \"%s%d\"}\n".formatted(name, i))
            .collect(Collectors.joining()));
    return new DataSet(file.toString(), Optional.empty(), Columns.AS_THEY_ARE, weight, limit);
  }

  private static List<String> texts(Samples samples) {
    return samples.list().stream().map(s -> ((Example.Text) s.example()).text()).toList();
  }

  private static Samples numbered(int n) {
    List<Sample> list =
        IntStream.range(0, n)
            .mapToObj(i -> new Sample(new Example.Text("t" + i), "row " + i))
            .toList();
    return new Samples(list, n, List.of(), List.of());
  }

  @Test
  void withoutWeightsEverythingInOrder() throws IOException {
    Samples all =
        Samples.load(
            List.of(
                set("a", 2, OptionalDouble.empty(), OptionalLong.empty()),
                set("b", 5, OptionalDouble.empty(), OptionalLong.of(3))),
            1);
    assertThat(texts(all)).containsExactly("a0", "a1", "b0", "b1", "b2");
    assertThat(all.rows()).isEqualTo(5);
  }

  @Test
  void withWeightsTheLargestMixtureThatRepeatsNoRow() throws IOException {
    // 100 rows at weight 1 and 60 at weight 3: b runs out first, 60 / 3 = 20 times the weights,
    // so 20 of a and 60 of b.
    List<DataSet> sets =
        List.of(
            set("a", 100, OptionalDouble.of(1), OptionalLong.empty()),
            set("b", 60, OptionalDouble.of(3), OptionalLong.empty()));
    List<String> mixed = texts(Samples.load(sets, 1));
    assertThat(mixed).hasSize(80).doesNotHaveDuplicates();
    assertThat(mixed).filteredOn(t -> t.startsWith("a")).hasSize(20);
    assertThat(texts(Samples.load(sets, 1))).isEqualTo(mixed);
    assertThat(texts(Samples.load(sets, 2))).isNotEqualTo(mixed);
    // Mixed through and through: neither half is one set alone.
    assertThat(mixed.subList(0, 40)).anyMatch(t -> t.startsWith("a"));
    assertThat(mixed.subList(40, 80)).anyMatch(t -> t.startsWith("a"));
  }

  @Test
  void wrongNumbersAreRefused() throws IOException {
    DataSet plain = set("a", 2, OptionalDouble.empty(), OptionalLong.empty());
    DataSet weighted = set("b", 2, OptionalDouble.of(1), OptionalLong.empty());
    assertThatThrownBy(() -> Samples.load(List.of(plain, weighted), 1))
        .isInstanceOf(UserError.class)
        .hasMessage("data.weight must be given for every set or for none; 1 of 2 sets have one");
    assertThatThrownBy(() -> set("c", 1, OptionalDouble.of(-1), OptionalLong.empty()))
        .isInstanceOf(UserError.class)
        .hasMessage("data.weight must be > 0, was -1.0");
    assertThatThrownBy(() -> numbered(3).holdOut(1.0, 1))
        .isInstanceOf(UserError.class)
        .hasMessage("data.holdout must be > 0 and < 1, was 1.0");
    assertThatThrownBy(() -> numbered(1).holdOut(0.5, 1)).isInstanceOf(UserError.class);
  }

  @Test
  void aSetWithoutAUsableRowIsRefused() throws IOException {
    Path file = dir.resolve("bad.jsonl");
    Files.writeString(file, "{\"text\": 1}\n{\"text\": \"\"}\n");
    assertThatThrownBy(() -> DataSet.of(file.toString()).load())
        .isInstanceOf(UserError.class)
        .hasMessage(
            "%s: none of 2 rows can be used; the first, %s line 1: column \"text\" is a number; a text is needed"
                .formatted(file, file));
    Path empty = dir.resolve("empty.jsonl");
    Files.writeString(empty, "");
    assertThatThrownBy(() -> DataSet.of(empty.toString()).load())
        .isInstanceOf(UserError.class)
        .hasMessage(empty + " holds no rows");
  }

  /** Law: training and held-out rows are disjoint and together everything. */
  @Property
  void holdOutIsDisjointAndComplete(
      @ForAll @IntRange(min = 2, max = 300) int n,
      @ForAll @IntRange(min = 1, max = 99) int percent,
      @ForAll long seed) {
    double share = percent / 100.0;
    Samples all = numbered(n);
    Samples.Split split = all.holdOut(share, seed);
    assertThat(split.train().list()).isNotEmpty().doesNotContainAnyElementsOf(split.eval().list());
    assertThat(split.eval().list()).isNotEmpty();
    assertThat(split.eval().list().size())
        .isBetween(Math.min(n - 1, (int) (share * n)), (int) (share * n) + 1);
    List<Sample> both = new ArrayList<>(split.train().list());
    both.addAll(split.eval().list());
    assertThat(both).containsExactlyInAnyOrderElementsOf(all.list());
    assertThat(all.holdOut(share, seed)).isEqualTo(split);
  }
}
