package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.logistic;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for both forms of a ranking. */
class RankingTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Both forms on a ranking of two are Bradley-Terry, whichever answer stands first. */
  @Test
  void twoAnswersAreAPair() {
    Tensor scores = doubles(0.3, 1.1, 1.1, 0.3).view(2, 2);
    Tensor ranks = Ops.longs(new long[] {1, 2, 2, 1}, Compute.CPU).view(2, 2);
    for (Ranking form : List.of(new AllPairs(), new PlackettLuce())) {
      for (double loss : values(form.of(scores, ranks, new Convex.Logistic()::of))) {
        assertThat(loss).as("%s", form).isCloseTo(logistic(0.3 - 1.1), within(1e-12));
      }
    }
  }

  /** A constant on all scores of a row changes nothing, and a missing answer is none. */
  @Test
  void constantsAndMissingAnswers() {
    Tensor ranks = Ops.longs(new long[] {2, 1, 3, 0}, Compute.CPU).view(1, 4);
    Tensor scores = doubles(0.3, 1.1, -0.4, 99).view(1, 4);
    for (Ranking form : List.of(new AllPairs(), new PlackettLuce())) {
      double loss = form.of(scores, ranks, new Convex.Logistic()::of).item_double();
      double moved =
          form.of(scores.add(Ops.scalar(5)), ranks, new Convex.Logistic()::of).item_double();
      double three =
          form.of(scores.narrow(1, 0, 3), ranks.narrow(1, 0, 3), new Convex.Logistic()::of)
              .item_double();
      assertThat(moved).as("%s", form).isCloseTo(loss, within(1e-12));
      assertThat(three).as("%s", form).isCloseTo(loss, within(1e-12));
    }
  }

  @Test
  void gradients() {
    Tensor ranks = Ops.longs(new long[] {2, 1, 3, 0, 1, 2, 0, 0}, Compute.CPU).view(2, 4);
    for (Ranking form : List.of(new AllPairs(), new PlackettLuce())) {
      for (Convex f : List.of(new Convex.Logistic(), new Convex.Exponential())) {
        gradientIsThatOfDifferences(
            x -> form.of(x.view(2, 4), ranks, f::of), 0.3, 1.1, -0.4, 9, 0.2, 0.7, 3, 4);
      }
    }
  }
}
