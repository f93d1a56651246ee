package dev.luthier.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules, their sources, and what they say of situations that are written down. */
class RulesTest {
  /** Beside the examples: situations in which the rest of the rules and vetoes act. */
  private static final List<Situation> OTHERS =
      List.of(
          asked("--model 1B --device h100 --data demonstrations --rows 100 --wishes cache"),
          asked(
              "--model 8B --device 4090 --data pairs,judge --wishes established,simple --hours 3"),
          asked("--model 14B --device 4090 --data demonstrations --largest 10MB")
              .with(Fit.NOTHING, 3));

  private static Situation asked(String flags) {
    return new Example(
            Example.Group.MORE, flags, Fit.ALL_WEIGHTS, 0.2, Objective.SFT, Tuning.LORA, "")
        .situation();
  }

  static Stream<Example> examples() {
    return Examples.all().stream();
  }

  private static List<Situation> situations() {
    List<Situation> out = new ArrayList<>(examples().map(Example::situation).toList());
    out.addAll(OTHERS);
    return out;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void advisesWhatIsWrittenDown(Example example) {
    Pair first = Pair.ranked(example.situation()).get(0);
    assertThat(first.what()).isEqualTo(example.what());
    assertThat(first.by()).isEqualTo(example.by());
  }

  @Test
  void everyGroupOfExamplesIsWhole() {
    Map<Example.Group, Long> counts =
        examples().collect(Collectors.groupingBy(Example::group, Collectors.counting()));
    assertThat(counts.get(Example.Group.CHOOSE)).isEqualTo(4);
    assertThat(counts.get(Example.Group.TABLE)).isEqualTo(10); // 8 rows, GRPO and ORPO twice
    assertThat(counts.get(Example.Group.MORE)).isEqualTo(20);
    assertThat(examples().map(Example::flags).distinct().count()).isEqualTo(34);
  }

  @Test
  void everyLineOfTheFourListsIsARule() {
    List<String> lines =
        Stream.of("LoRA", "QLoRA", "Prefix/Prompt Tuning", "Adapter Tuning")
            .flatMap(m -> IntStream.rangeClosed(1, 4).mapToObj(i -> Source.choose(m, i).place()))
            .toList();
    assertThat(ChooseRules.all().stream().map(r -> r.source().place()))
        .containsExactlyElementsOf(lines);
  }

  @Test
  void everyLineVotesForItsOwn() {
    // lines 1 to 4, 5 to 8 and so on; each gives points to its own method and takes none
    List<Set<Tuning>> own =
        List.of(
            Set.of(Tuning.LORA),
            Set.of(Tuning.QLORA),
            Set.of(Tuning.PREFIX, Tuning.PROMPT),
            Set.of(Tuning.ADAPTERS));
    for (int i = 0; i < 16; i++) {
      Set<Tuning> expected = own.get(i / 4);
      assertThat(ChooseRules.all().get(i).votes())
          .allSatisfy(v -> assertThat(expected).contains((Tuning) v.candidate()))
          .allSatisfy(v -> assertThat(v.points()).isPositive());
    }
  }

  @Test
  void everyRowOfTheObjectivesIsCited() {
    String all =
        Rules.all().stream().map(r -> r.source().place()).collect(Collectors.joining("\n"));
    for (String row : "SFT,RLHF,PPO,DPO,RLAIF,GRPO,Online RLHF,ORPO".split(",")) {
      assertThat(all).contains("overview, row " + row + ":");
    }
  }

  @Test
  void everyRuleHasANameOfItsOwnAndActs() {
    assertThat(Rules.all().stream().map(Rule::name)).doesNotHaveDuplicates();
    for (Rule rule : Rules.all()) {
      assertThat(rule.votes()).as(rule.name()).isNotEmpty();
      assertThat(situations()).as(rule.name()).anyMatch(rule.applies());
      if (!rule.when().equals("always")) {
        assertThat(situations()).as(rule.name()).anyMatch(rule.applies().negate());
      }
    }
  }

  @Test
  void everyVetoActs() {
    for (Veto veto : Rules.vetoes()) {
      assertThat(situations())
          .as(veto.name())
          .anyMatch(
              s ->
                  Stream.<Candidate>concat(
                          Stream.of(Objective.values()), Stream.of(Tuning.values()))
                      .anyMatch(c -> veto.of().apply(s, c).isPresent()));
    }
  }

  @Test
  void pointsAreASum() {
    // pairs alone, tuned, adapters fit at 0.4: DPO 3; LoRA 2 (balance) + 2 (memory) + 1 (band)
    Situation s =
        asked("--model 8B --tuned yes --device a100 --data pairs").with(Fit.ADAPTERS, 0.4);
    Pair first = Pair.ranked(s).get(0);
    assertThat(first.objective().points()).isEqualTo(3);
    assertThat(first.tuning().points()).isEqualTo(5);
    assertThat(first.points()).isEqualTo(8);
    List<Integer> points = Pair.ranked(s).stream().map(Pair::points).toList();
    assertThat(points).isSortedAccordingTo((a, b) -> b - a);
  }

  @Test
  void equalsStandInTheTablesOrder() {
    Situation s = asked("--model 8B --device a100 --data demonstrations --quality enough");
    List<Tuning> order = Pair.ranked(s).stream().map(Pair::by).toList(); // of one objective
    List<Integer> points = order.stream().map(t -> Standing.of(t, s).points()).toList();
    for (int i = 1; i < order.size(); i++) {
      if (points.get(i).equals(points.get(i - 1))) {
        assertThat(order.get(i)).isGreaterThan(order.get(i - 1));
      }
    }
    assertThat(order).hasSize(Tuning.values().length - 1); // without BitFit: no biases
  }

  @Test
  void whereNothingFitsNothingTrains() {
    Situation s = asked("--model 70B --device t4 --data demonstrations").with(Fit.NOTHING, 9);
    assertThat(Pair.ranked(s)).isEmpty();
    assertThat(Notes.of(s, List.of()).get(0)).contains("nothing fits in 16.00 GB", "smaller model");
  }

  @Test
  void thePageIsUpToDate() throws Exception {
    assertThat(Files.readString(Path.of("docs/advise.md")))
        .as("docs/advise.md; ./luthier docs writes it")
        .isEqualTo(AdvicePage.markdown());
  }
}
