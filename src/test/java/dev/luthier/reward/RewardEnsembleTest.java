package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Several rewards as one. */
class RewardEnsembleTest {
  private static final List<EnsembleWay> WAYS =
      List.of(new EnsembleWay.Mean(), new EnsembleWay.Least(), new EnsembleWay.Uncertainty(0.5));

  /** The answer's length. */
  private static final Reward LENGTH =
      answers -> answers.stream().map(a -> Score.of(a.answered().said().length())).toList();

  private static RewardEnsemble.Member member(String name, Reward reward) {
    return new RewardEnsemble.Member(name, reward, 0, 1);
  }

  private static List<Asked> answers(String... said) {
    return Arrays.stream(said)
        .map(s -> new Asked(new Example.PromptCompletion("?", s), Map.of(), 0, "line"))
        .toList();
  }

  /** 1, 2 and 6: mean 3, lowest 1, variance (4 + 1 + 9) / 3 = 14/3, of which half is 7/3. */
  @Test
  void ways() {
    double[] scores = {1, 2, 6};
    assertThat(new EnsembleWay.Mean().of(scores)).isCloseTo(3, within(1e-12));
    assertThat(new EnsembleWay.Least().of(scores)).isEqualTo(1);
    assertThat(new EnsembleWay.Uncertainty(0.5).of(scores)).isCloseTo(2 / 3.0, within(1e-12));
    assertThatThrownBy(() -> new EnsembleWay.Uncertainty(-1))
        .isInstanceOf(UserError.class)
        .hasMessage("uncertainty.coefficient must be >= 0, was -1");
  }

  /** What is careful is never above the mean, and with nothing to lose it is the mean. */
  @Property(tries = 100)
  void carefulWaysAreNotAboveTheMean(
      @ForAll @Size(min = 1, max = 6) List<@DoubleRange(min = -9, max = 9) Double> scores) {
    double[] each = scores.stream().mapToDouble(Double::doubleValue).toArray();
    double mean = new EnsembleWay.Mean().of(each);
    for (EnsembleWay way : WAYS) {
      assertThat(way.of(each)).isLessThanOrEqualTo(mean + 1e-12);
    }
    assertThat(new EnsembleWay.Uncertainty(0).of(each)).isEqualTo(mean);
  }

  @Test
  void oneIsItself() {
    for (EnsembleWay way : WAYS) {
      List<Score> scores =
          new RewardEnsemble(List.of(member("a", LENGTH)), way).of(answers("one", "three"));
      assertThat(scores).extracting(Score::total).containsExactly(3.0, 5.0);
    }
  }

  @Test
  void equalMembersAreOne() {
    for (EnsembleWay way : WAYS) {
      RewardEnsemble ensemble =
          new RewardEnsemble(List.of(member("a", LENGTH), member("b", LENGTH)), way);
      Score score = ensemble.of(answers("three")).get(0);
      assertThat(score.total()).isEqualTo(5);
      assertThat(score.parts()).isEqualTo(Map.of("a", 5.0, "b", 5.0, "spread", 0.0));
    }
  }

  /** 5 is (5 - 1) / 2 = 2 to one of them and 5 to the other: mean 3.5, deviation 1.5. */
  @Test
  void membersAreScaled() {
    RewardEnsemble ensemble =
        new RewardEnsemble(
            List.of(new RewardEnsemble.Member("a", LENGTH, 1, 2), member("b", LENGTH)),
            new EnsembleWay.Mean());
    Score score = ensemble.of(answers("three")).get(0);
    assertThat(score.total()).isEqualTo(3.5);
    assertThat(score.parts()).isEqualTo(Map.of("a", 2.0, "b", 5.0, "spread", 1.5));
  }

  @Test
  void refused() {
    assertThatThrownBy(
            () ->
                new RewardEnsemble(
                    List.of(member("a", LENGTH), member("a", LENGTH)), new EnsembleWay.Mean()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("two parts of the ensemble's score are called a");
    assertThatThrownBy(() -> new RewardEnsemble.Member("a", LENGTH, 0, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("scale must be > 0, was 0");
  }
}
