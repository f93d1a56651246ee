package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.five;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.PairExample.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for every loss of pairs. */
class PairLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** Every loss that compares with a reference, at settings of its own. */
  static List<PairLoss> withReference() {
    return List.of(
        new Dpo(0.3),
        new Dpo(0.3, 0.1, new Divergence.ForwardKl(), Per.TOKEN),
        new Hinge(0.3),
        new Ipo(0.3, Per.TOKEN),
        new Robust(0.3, 0.1),
        new Discopop(0.3, 0.05),
        new Gpo(new Convex.Exponential(), 0.3),
        new ExoPair(0.3, 0.01),
        new NcaPair(0.3),
        new BcoPair(0.3),
        new SppoHard(0.3),
        new ApoZero(0.3),
        new ApoDown(0.3),
        new Aot(0.3, 0.1),
        new AotUnpaired(0.3, 0.1));
  }

  static List<PairLoss> withoutReference() {
    return List.of(
        new Cpo(0.3, 0.5, new Convex.Logistic()),
        new SimPo(2, 0.5),
        new AlphaPo(2, 0.5, 0.25),
        new Orpo(0.1),
        new Nll());
  }

  static List<PairLoss> all() {
    return Stream.concat(withReference().stream(), withoutReference().stream()).toList();
  }

  @Test
  void gradientsAreThoseOfDifferences() {
    all().forEach(loss -> gradientIsThatOfDifferences(loss));
  }

  /**
   * Only log-ratios count: moving policy and reference alike changes nothing. Not so in aot, which
   * sorts the margins of the two by themselves.
   */
  @Test
  void onlyRatiosCountWhereThereIsAReference() {
    PairLogps five = five();
    for (PairLoss loss : withReference()) {
      assertThat(loss.reference()).as("%s", loss).isTrue();
      if (loss instanceof Aot) {
        continue;
      }
      PairLogps moved = new PairLogps(moved(five.chosen()), moved(five.rejected()));
      same(loss, loss.of(moved), loss.of(five));
    }
  }

  private static Logps moved(Logps a) {
    Tensor by = a.tokens().mul(Ops.scalar(0.37));
    return new Logps(a.policy().sub(by), a.tokens(), a.ratios().neg().add(a.policy()).sub(by));
  }

  @Test
  void noReferenceIsAskedForWhereThereIsNone() {
    PairLogps five = five();
    for (PairLoss loss : withoutReference()) {
      PairLogps alone = new PairLogps(alone(five.chosen()), alone(five.rejected()));
      same(loss, loss.of(alone), loss.of(five));
      assertThat(loss.reference()).as("%s", loss).isFalse();
    }
  }

  private static Logps alone(Logps a) {
    return new Logps(a.policy(), a.tokens());
  }

  /** p = 1 is a plain label, p = 0 the swapped pair, and p = 1/2 the mean of both. */
  @Test
  void softLabelsAreBetweenBothWays() {
    PairLogps five = five();
    for (PairLoss loss : all()) {
      if (loss.takesProbabilities() && !(loss instanceof ExoPair)) {
        Tensor plain = loss.of(five);
        Tensor swapped = loss.of(five.swapped());
        same(loss, loss.of(five, PairLabels.soft(doubles(1, 1, 1, 1, 1))), plain);
        if (!(loss instanceof SimPo) && !(loss instanceof AlphaPo)) { // these lead either way
          same(loss, loss.of(five, PairLabels.soft(doubles(0, 0, 0, 0, 0))), swapped);
        }
        same(
            loss,
            loss.of(five, PairLabels.soft(doubles(0.5, 0.5, 0.5, 0.5, 0.5))),
            loss.of(five, PairLabels.soft(doubles(0.25, 0.25, 0.25, 0.25, 0.25)))
                .add(loss.of(five, PairLabels.soft(doubles(0.75, 0.75, 0.75, 0.75, 0.75))))
                .div(Ops.scalar(2)));
      }
    }
  }

  /** Margins are taken or refused, never passed over. */
  @Test
  void marginsAreTakenOrRefused() {
    PairLogps five = five();
    PairLabels margins = PairLabels.by(doubles(0.1, 0.2, 0.3, 0.4, 0.5));
    for (PairLoss loss : all()) {
      if (loss.takesMargins()) {
        assertThat(values(loss.of(five, margins)))
            .as("%s", loss)
            .isNotEqualTo(values(loss.of(five)));
      } else {
        assertThatThrownBy(() -> loss.of(five, margins))
            .as("%s", loss)
            .isInstanceOf(UserError.class)
            .hasMessageContaining("has no place for the margins");
      }
    }
  }

  /** A sum over pairs does not mind how a step is cut. */
  @Test
  void partsOfAStepAreTheStep() {
    PairLogps five = five();
    for (PairLoss loss : all()) {
      double whole = loss.of(five).sum().item_double();
      double parts =
          loss.of(cut(five, 0, 2)).sum().item_double()
              + loss.of(cut(five, 2, 3)).sum().item_double();
      if (loss.wholeStep()) {
        assertThat(parts).as("%s", loss).isNotCloseTo(whole, within(1e-6));
      } else {
        assertThat(parts).as("%s", loss).isCloseTo(whole, within(1e-9));
      }
    }
  }

  private static PairLogps cut(PairLogps pairs, long from, long n) {
    return new PairLogps(cut(pairs.chosen(), from, n), cut(pairs.rejected(), from, n));
  }

  private static Logps cut(Logps a, long from, long n) {
    return new Logps(
        a.policy().narrow(0, from, n),
        a.tokens().narrow(0, from, n),
        a.policy().sub(a.ratios()).narrow(0, from, n));
  }

  private static void same(PairLoss loss, Tensor ours, Tensor theirs) {
    double[] expected = values(theirs);
    double[] found = values(ours);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("%s: pair %d", loss, i).isCloseTo(expected[i], within(1e-9));
    }
  }
}
