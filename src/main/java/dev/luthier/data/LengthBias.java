package dev.luthier.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whether better answers are longer. What a method learns of length is no preference: a longer
 * answer has a smaller probability and, with most reward models, a higher reward (Singhal et al.
 * 2023, https://arxiv.org/abs/2310.03716).
 *
 * @param pairs of which one answer is better
 * @param longer how many of them have a better answer of more tokens
 * @param shorter the same of fewer tokens
 * @param mean by how many tokens the better answer is longer, in the mean
 * @param median the same, the median
 */
public record LengthBias(int pairs, int longer, int shorter, double mean, double median) {
  /** In units of its standard error, how far the share must be from a half to be spoken of. */
  private static final double SURE = 3;

  /** How far the share of the longer ones may be from a half. */
  private static final double MUCH = 0.1;

  /** Counts every pair of a row's answers of which one is better. */
  public static LengthBias of(List<AnswersRow> rows) {
    int[] more = rows.stream().flatMapToInt(LengthBias::differences).sorted().toArray();
    int n = more.length;
    int longer = (int) Arrays.stream(more).filter(d -> d > 0).count();
    int shorter = (int) Arrays.stream(more).filter(d -> d < 0).count();
    double median = n == 0 ? 0 : (more[(n - 1) / 2] + more[n / 2]) / 2.0;
    return new LengthBias(n, longer, shorter, Arrays.stream(more).average().orElse(0), median);
  }

  private static IntStream differences(AnswersRow row) {
    IntStream.Builder out = IntStream.builder();
    for (int i = 0; i < row.each().size(); i++) {
      for (int j = 0; j < row.each().size(); j++) {
        if (row.judgement().better(i, j)) {
          out.add(row.each().get(i).targets() - row.each().get(j).targets());
        }
      }
    }
    return out.build();
  }

  /** Of the pairs of different length, the share whose better answer is the longer one. */
  public double share() {
    return longer + shorter == 0 ? 0.5 : (double) longer / (longer + shorter);
  }

  /** A share that chance does not explain: |share - 1/2| > 3 / (2 sqrt n), and by more than 0.1. */
  boolean much() {
    double error = 0.5 / Math.sqrt(Math.max(1, longer + shorter));
    double off = Math.abs(share() - 0.5);
    return off > MUCH && off > SURE * error;
  }

  static Findings review(List<AnswersRow> train, List<AnswersRow> eval) {
    LengthBias trained = of(train);
    LengthBias held = of(eval);
    List<String> warnings = new ArrayList<>();
    trained.warning().ifPresent(warnings::add);
    return new Findings(lines(train, trained), lines(eval, held), warnings, List.of());
  }

  private Optional<String> warning() {
    return much()
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "the better answer is the %s one in %.1f %% of the pairs of different length: length may be learnt instead; look at accuracy beside what length alone reaches",
                share() > 0.5 ? "longer" : "shorter",
                100 * Math.max(share(), 1 - share())))
        : Optional.empty();
  }

  private static List<String> lines(List<AnswersRow> rows, LengthBias bias) {
    List<String> out = new ArrayList<>();
    if (bias.pairs > 0) {
      out.add(
          String.format(
              Locale.ROOT,
              "the better answer is longer in %d of %d pairs, shorter in %d: by %.1f tokens in the mean, median %.1f",
              bias.longer,
              bias.pairs,
              bias.shorter,
              bias.mean,
              bias.median));
    }
    mean(rows, true).ifPresent(out::add);
    mean(rows, false).ifPresent(out::add);
    return out;
  }

  private static Optional<String> mean(List<AnswersRow> rows, boolean desirable) {
    int[] tokens =
        rows.stream()
            .filter(row -> row.judgement().equals(new Judgement.Labelled(desirable)))
            .mapToInt(row -> row.each().get(0).targets())
            .toArray();
    return tokens.length == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%d answers are %s, of %.1f tokens in the mean",
                tokens.length,
                desirable ? "desirable" : "not desirable",
                Arrays.stream(tokens).average().orElseThrow()));
  }
}
