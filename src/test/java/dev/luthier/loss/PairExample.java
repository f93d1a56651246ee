package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.function.Function;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Pairs of answers in float64, and what tests of losses ask of them. */
final class PairExample {
  private PairExample() {}

  /** (n) float64. */
  static Tensor doubles(double... values) {
    Tensor out = torch.zeros(values.length).to(ScalarType.Double);
    new DoublePointer(out.data_ptr_double()).put(values);
    return out;
  }

  /** The values in float64. */
  static double[] values(Tensor t) {
    Tensor host = Ops.onHost(t, ScalarType.Double);
    double[] out = new double[(int) host.numel()];
    new DoublePointer(host.data_ptr_double()).get(out);
    return out;
  }

  /**
   * One pair with a reference that finds all answers certain, so that log-ratios are these
   * log-probabilities.
   */
  static PairLogps pair(double chosen, double rejected) {
    return pairs(new double[] {chosen}, new double[] {rejected});
  }

  /** Pairs whose log-ratios are these, of answers of 2 and 4 tokens. */
  static PairLogps pairs(double[] chosen, double[] rejected) {
    return new PairLogps(answers(doubles(chosen), 2), answers(doubles(rejected), 4));
  }

  /** Answers of so many tokens with these log-ratios; the reference's log-probability is 0. */
  static Logps answers(Tensor policy, double tokens) {
    return new Logps(policy, torch.full_like(policy, Ops.scalar(tokens)), torch.zeros_like(policy));
  }

  /** Five pairs, won and lost, with a reference, of uneven lengths. */
  static PairLogps five() {
    return five(
        doubles(-3.8, -13.2, -15.9, -16.5, -5.3), doubles(-14.4, -15.9, -18.7, -13.8, -14.2));
  }

  static PairLogps five(Tensor chosen, Tensor rejected) {
    return new PairLogps(
        new Logps(chosen, doubles(3, 9, 9, 11, 3), doubles(-4.3, -15.3, -15.6, -16.3, -5.5)),
        new Logps(rejected, doubles(8, 9, 10, 8, 9), doubles(-12.6, -16.9, -21.6, -11.4, -18.4)));
  }

  /** The gradient of a sum is that of central differences, all in float64. */
  static void gradientIsThatOfDifferences(Function<Tensor, Tensor> f, double... at) {
    Tensor x = doubles(at).set_requires_grad(true);
    Tensor sum = f.apply(x).sum();
    if (sum.requires_grad()) { // the rejected answers of some losses count for nothing
      sum.backward();
    }
    double[] gradient = values(x.grad().defined() ? x.grad() : torch.zeros_like(x));
    double h = 1e-5;
    for (int i = 0; i < at.length; i++) {
      double[] up = at.clone();
      double[] down = at.clone();
      up[i] += h;
      down[i] -= h;
      double slope =
          (f.apply(doubles(up)).sum().item_double() - f.apply(doubles(down)).sum().item_double())
              / (2 * h);
      assertThat(gradient[i])
          .as("value %d", i)
          .isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
    }
  }

  /** The same of a loss of the five pairs, in the chosen and in the rejected answers. */
  static void gradientIsThatOfDifferences(PairLoss loss) {
    PairLogps five = five();
    gradientIsThatOfDifferences(
        x -> loss.of(five(x, five.rejected().policy())), values(five.chosen().policy()));
    gradientIsThatOfDifferences(
        x -> loss.of(five(five.chosen().policy(), x)), values(five.rejected().policy()));
  }

  /** The loss of one pair with these log-ratios. */
  static double loss(PairLoss loss, double chosen, double rejected) {
    return loss.of(pair(chosen, rejected)).item_double();
  }

  static double sigmoid(double u) {
    return 1 / (1 + Math.exp(-u));
  }

  /** -log sigmoid(u). */
  static double logistic(double u) {
    return Math.log1p(Math.exp(-u));
  }

  static double term(Loss loss, String name) {
    return loss.terms().stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value()
        .item_double();
  }

  static Tensor floats(float... values) {
    return Ops.floats(values, Compute.CPU);
  }
}
