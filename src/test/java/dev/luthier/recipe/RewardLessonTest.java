package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Loss;
import dev.luthier.model.Classifier;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a reward model learns from a batch, by formula from its scores of each answer alone. */
class RewardLessonTest {
  private static ModelFolder folder;

  @BeforeAll
  static void open() {
    folder = ModelFolder.open(Path.of("models/tiny-base"));
  }

  @AfterAll
  static void close() {
    folder.close();
  }

  private static Example.Answers answers(Judgement judgement, String... said) {
    return new Example.Answers(
        Stream.of(said)
            .map(s -> (Example.Answered) new Example.PromptCompletion("Count the words: sun ", s))
            .toList(),
        judgement);
  }

  private static Samples samples(Example... examples) {
    return new Samples(
        Stream.of(examples).map(e -> new Sample(e, "line", Optional.empty())).toList(),
        examples.length,
        List.of(),
        List.of());
  }

  /**
   * What came of a batch.
   *
   * @param alone the scores of each answer read alone, in their order
   */
  private record Taught(double loss, Map<String, Double> terms, double[][] alone) {}

  private static Taught taught(RewardLoss loss, double denominator, Example... examples) {
    RewardLoss own = loss.resolved(new Samples.Split(samples(examples), Samples.NONE));
    RewardLesson lesson = new RewardLesson(folder, own, false, 7);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad();
        Classifier model = lesson.load(Compute.CPU)) {
      List<AnswersRow> rows = Arrays.stream(examples).map(e -> lesson.rows().make(e)).toList();
      AnswersBatch batch = lesson.batch(rows, Draw.evaluation(1, rows.size()), Compute.CPU);
      Loss of = lesson.objective(model, new Chunk.Auto()).of(batch, denominator);
      Map<String, Double> terms = new LinkedHashMap<>();
      of.terms().forEach(t -> terms.put(t.name(), t.value().item_double()));
      double[][] alone =
          rows.stream()
              .flatMap(row -> row.each().stream())
              .map(TokenRow::ids)
              .map(ids -> Sequences.of(List.of(ids), Compute.CPU))
              .map(one -> Ops.toFloats(model.logits(one, null)))
              .map(RewardLessonTest::doubles)
              .toArray(double[][]::new);
      return new Taught(of.total().item_double(), terms, alone);
    }
  }

  private static double[] doubles(float[] of) {
    double[] out = new double[of.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = of[i];
    }
    return out;
  }

  private static double f(double u) {
    return Math.log1p(Math.exp(-u));
  }

  /** A margin in one row, a doubt in the other; twice the rows are the step's. */
  @Test
  void pairs() {
    Taught taught =
        taught(
            new PairReward(0.5),
            4,
            answers(new Judgement.Preferred(1, 0.25), "1", "3 words"),
            answers(new Judgement.Preferred(0.7, 0), "one word is here", "2"));
    double[][] r = taught.alone();
    double first = f(r[0][0] - r[1][0] - 0.25) + 0.5 * Math.pow(r[0][0] + r[1][0], 2);
    double u = r[2][0] - r[3][0];
    double second = 0.7 * f(u) + 0.3 * f(-u) + 0.5 * Math.pow(r[2][0] + r[3][0], 2);
    assertThat(taught.loss()).isCloseTo((first + second) / 4, within(1e-5));
    assertThat(taught.terms().get("reward_chosen"))
        .isCloseTo((r[0][0] + r[2][0]) / 4, within(1e-5));
    assertThat(taught.terms().get("margin")).isCloseTo((r[0][0] - r[1][0] + u) / 4, within(1e-5));
    double right = (r[0][0] > r[1][0] ? 1 : 0) + (u > 0 ? 1 : 0);
    assertThat(taught.terms().get("accuracy")).isEqualTo(right / 4);
  }

  /** A pair turned round with the probability turned round teaches the same. */
  @Test
  void turnedPairsTeachTheSame() {
    PairReward loss = new PairReward(0.01);
    double one = taught(loss, 1, answers(new Judgement.Preferred(0.8, 0), "1", "two")).loss();
    double other = taught(loss, 1, answers(new Judgement.Preferred(0.2, 0), "two", "1")).loss();
    double wrong = taught(loss, 1, answers(new Judgement.Preferred(0.8, 0), "two", "1")).loss();
    assertThat(other).isCloseTo(one, within(1e-6));
    assertThat(wrong).isNotCloseTo(one, within(1e-4));
  }

  /** Three answers and a pair in one batch. */
  @Test
  void rankings() {
    Taught taught =
        taught(
            new RankReward(),
            2,
            answers(new Judgement.Ranked(List.of(0, 1, 2)), "1", "one", "seven"),
            answers(Judgement.Preferred.PLAIN, "1 word", "9"));
    double[] s = Arrays.stream(taught.alone()).mapToDouble(one -> one[0]).toArray();
    double first =
        Math.log(Math.exp(s[0]) + Math.exp(s[1]) + Math.exp(s[2])) - s[0] + f(s[1] - s[2]);
    assertThat(taught.loss()).isCloseTo((first + f(s[3] - s[4])) / 2, within(1e-5));
  }

  /** Two aspects, the second of which counts half: the mean of 6 weighted squares. */
  @Test
  void grades() {
    List<String> aspects = List.of("helpful", "short");
    Map<String, Double> weights = new LinkedHashMap<>();
    weights.put("short", 0.5);
    weights.put("helpful", 1.0);
    double[][] grades = {{4, 1}, {2, 0}, {3, -1}};
    Taught taught =
        taught(
            new GradeReward(weights),
            6,
            answers(
                new Judgement.Graded(aspects, List.of(List.of(4.0, 1.0), List.of(2.0, 0.0))),
                "1",
                "three"),
            answers(new Judgement.Graded(aspects, List.of(List.of(3.0, -1.0))), "one"));
    double sum = 0;
    for (int k = 0; k < 3; k++) {
      double[] said = taught.alone()[k];
      assertThat(said).hasSize(2);
      sum += Math.pow(said[0] - grades[k][0], 2) + 0.5 * Math.pow(said[1] - grades[k][1], 2);
    }
    assertThat(taught.loss()).isCloseTo(sum / 6, within(1e-4));
  }

  private static Judgement grades(double[] first, double[] second) {
    return new Judgement.Graded(
        List.of("helpful", "harmless"),
        List.of(List.of(first[0], first[1]), List.of(second[0], second[1])));
  }

  /** The first pair has an order in both aspects, and another in each; the second in one. */
  @Test
  void aspects() {
    Taught taught =
        taught(
            new AspectReward(0.5, List.of()),
            3,
            answers(grades(new double[] {4, 1}, new double[] {2, 3}), "1", "three"),
            answers(grades(new double[] {2, 0}, new double[] {2, 1}), "one", "2 words"));
    double[][] r = taught.alone();
    assertThat(r[0]).hasSize(2);
    double helpful = f(r[0][0] - r[1][0]) + 0.5 * Math.pow(r[0][0] + r[1][0], 2);
    double harmless = f(r[1][1] - r[0][1]) + 0.5 * Math.pow(r[0][1] + r[1][1], 2);
    double other = f(r[3][1] - r[2][1]) + 0.5 * Math.pow(r[2][1] + r[3][1], 2);
    assertThat(taught.loss()).isCloseTo((helpful + harmless + other) / 3, within(1e-5));
    assertThat(taught.terms().get("reward_chosen"))
        .isCloseTo((r[0][0] + r[1][1] + r[3][1]) / 3, within(1e-5));
  }

  /** Where one aspect alone has a head, it is Bradley-Terry of its order. */
  @Test
  void oneAspectIsBradleyTerry() {
    Example graded =
        answers(
            new Judgement.Graded(List.of("helpful"), List.of(List.of(1.0), List.of(2.0))),
            "1",
            "2");
    Example pair = answers(Judgement.Preferred.PLAIN, "2", "1");
    assertThat(taught(new AspectReward(0.01, List.of()), 1, graded).loss())
        .isCloseTo(taught(new PairReward(0.01), 1, pair).loss(), within(1e-6));
  }

  @Test
  void aspectsAreNamed() {
    assertThat(new AspectReward(0, List.of("a", "b")).labels().names()).containsExactly("a", "b");
    assertThat(new AspectReward(0, List.of("a")).labels().count()).isEqualTo(1);
    assertThatThrownBy(() -> new AspectReward(0, List.of("a", "a")))
        .isInstanceOf(UserError.class)
        .hasMessage("bradley_terry_aspects.aspects must not name an aspect twice, was [a, a]");
  }

  /** Three cells with an order: helpful is right, harmless wrong, and in the other row right. */
  @Test
  void measuresAspects() {
    List<AnswersRow> rows =
        List.of(
            row(grades(new double[] {4, 1}, new double[] {2, 3}), 2, 5),
            row(grades(new double[] {2, 0}, new double[] {2, 1}), 2, 5));
    try (Scope scope = new Scope()) {
      Tally<AnswersRow> tally =
          new AspectReward(0, List.of("helpful", "harmless")).tally(new ByLength(true));
      float[] scores = {1, 1, 0, 0, 9, 0, 0, 1};
      tally.add(
          rows, Ops.longs(new long[3], Compute.CPU), Ops.floats(scores, Compute.CPU).view(4, 2));
      Map<Measure, Double> values = tally.values();
      assertThat(values.get(Measure.ACCURACY)).isCloseTo(2 / 3.0, within(1e-12));
      assertThat(values.get(Measure.MARGIN)).isCloseTo((1 - 1 + 1) / 3.0, within(1e-6));
      assertThat(values.get(Measure.LENGTH_ALONE)).isCloseTo(2 / 3.0, within(1e-12));
    }
  }

  @Test
  void gradesOfOtherAspects() {
    Example one = answers(new Judgement.Graded(List.of("a", "b"), List.of(List.of(1.0, 2.0))), "1");
    Example other = answers(new Judgement.Graded(List.of("a"), List.of(List.of(1.0))), "2");
    assertThatThrownBy(() -> taught(new GradeReward(Map.of()), 1, one, other))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "line: the answers are graded in [a], those of the first row in [a, b]; all rows need"
                + " the same aspects");
    assertThatThrownBy(() -> taught(new GradeReward(Map.of("c", 1.0)), 1, one))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "regression.weights must name the aspects that the rows are graded in, [a, b], was [c]");
  }

  private static AnswersRow row(Judgement judgement, int... lengths) {
    return new AnswersRow(
        Arrays.stream(lengths)
            .mapToObj(
                n -> {
                  int[] ids = new int[n + 1];
                  boolean[] trained = new boolean[n + 1];
                  Arrays.fill(trained, 1, n + 1, true);
                  return new TokenRow(ids, trained);
                })
            .toList(),
        judgement,
        1);
  }

  private static Map<Measure, Double> measured(
      double least, ByLength length, List<AnswersRow> rows, float... scores) {
    try (Scope scope = new Scope()) {
      RewardTally tally = new RewardTally(length, least);
      tally.add(
          rows,
          Ops.longs(new long[rows.size()], Compute.CPU),
          Ops.floats(scores, Compute.CPU).view(scores.length, 1));
      return tally.values();
    }
  }

  /**
   * Margins ln 3, -ln 3, 0: a right one, a wrong one, and half of one. Confidences 3/4, 3/4, 1/2,
   * so that the bins are off by |1 - 1.5| and by 0.
   */
  @Test
  void measuresPairs() {
    Judgement plain = Judgement.Preferred.PLAIN;
    float ln3 = (float) Math.log(3);
    List<AnswersRow> rows = List.of(row(plain, 2, 5), row(plain, 2, 3), row(plain, 4, 4));
    assertThat(ByLength.of(rows)).isEqualTo(new ByLength(false));
    Map<Measure, Double> values = measured(0.5, ByLength.of(rows), rows, ln3, 0, 1, 1 + ln3, 2, 2);
    assertThat(values.get(Measure.ACCURACY)).isCloseTo(0.5, within(1e-12));
    assertThat(values.get(Measure.ACCURACY_LOW)).isBetween(0.0, 0.5);
    assertThat(values.get(Measure.ACCURACY_HIGH)).isBetween(0.5, 1.0);
    assertThat(values.get(Measure.CHANCE)).isEqualTo(0.5);
    assertThat(values.get(Measure.LENGTH_ALONE)).isCloseTo(2.5 / 3, within(1e-12));
    assertThat(values.get(Measure.CALIBRATION_ERROR)).isCloseTo(0.5 / 3, within(1e-6));
    assertThat(values.get(Measure.MARGIN)).isCloseTo(0, within(1e-6));
    assertThat(values.get(Measure.REWARD_CHOSEN)).isCloseTo((ln3 + 3) / 3, within(1e-6));
  }

  /** Of a doubted pair the likelier side is right, and 0.6 sure is well said where 0.6 say so. */
  @Test
  void measuresDoubt() {
    List<AnswersRow> rows = List.of(row(new Judgement.Preferred(0.4, 0), 2, 5));
    Map<Measure, Double> values = measured(0.5, new ByLength(true), rows, 0, (float) Math.log(1.5));
    assertThat(values.get(Measure.ACCURACY)).isEqualTo(1);
    assertThat(values.get(Measure.LENGTH_ALONE)).isEqualTo(1);
    assertThat(values.get(Measure.CALIBRATION_ERROR)).isCloseTo(0, within(1e-6));
  }

  /** The best of three is found; softmax is 1/2, 1/4, 1/4. */
  @Test
  void measuresRankings() {
    List<AnswersRow> rows = List.of(row(new Judgement.Ranked(List.of(0, 1, 2)), 2, 5, 3));
    float ln2 = (float) Math.log(2);
    Map<Measure, Double> values = measured(0, new ByLength(true), rows, ln2, 0, 0);
    assertThat(values.get(Measure.ACCURACY)).isEqualTo(1);
    assertThat(values.get(Measure.CHANCE)).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(values.get(Measure.LENGTH_ALONE)).isEqualTo(0);
    assertThat(values.get(Measure.CALIBRATION_ERROR)).isCloseTo(0.5, within(1e-6));
    assertThat(values.get(Measure.MARGIN)).isCloseTo(ln2, within(1e-6));
  }
}
