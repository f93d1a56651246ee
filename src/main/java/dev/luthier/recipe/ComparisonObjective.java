package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Samples;
import dev.luthier.data.SideBySide;
import dev.luthier.data.Takes;
import dev.luthier.error.UserError;
import dev.luthier.loss.Gpo;
import dev.luthier.loss.Logps;
import dev.luthier.loss.Loss;
import dev.luthier.loss.Offset;
import dev.luthier.loss.PairLogps;
import dev.luthier.loss.PairTerms;
import dev.luthier.loss.PlackettLuce;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Answers to a prompt are compared: two of them, or as many as a ranking or grades are about. Each
 * row counts as one. Letters: P pairs, R rankings or graded rows, C the most answers of one, K
 * answers of all rows.
 */
record ComparisonObjective(Gpo loss) implements PreferenceObjective {
  /** Which judgements it learns from. */
  static Takes takes(Gpo loss) {
    return loss.ranking() instanceof PlackettLuce ? Takes.UNTIED_COMPARISONS : Takes.COMPARISONS;
  }

  /** Refuses what is asked of rankings and grades where there are none to learn from. */
  static void refuseIdle(Gpo loss, Samples train) {
    boolean ordered = has(train, Judgement.Ranked.class) || has(train, Judgement.Preferred.class);
    if (loss.ranking() instanceof PlackettLuce && !ordered) {
      throw new UserError(
          "method.gpo.ranking is plackett_luce, but no row of training is a ranking or a pair (grades are compared in all their pairs); leave ranking out");
    }
    if (!loss.offset().equals(Offset.USUAL) && !has(train, Judgement.Graded.class)) {
      throw new UserError(
          "method.gpo.offset is about grades, but no row of training has any (the margin of a pair is its offset as it stands); leave offset out");
    }
  }

  private static boolean has(Samples samples, Class<? extends Judgement> kind) {
    return samples.list().stream()
        .anyMatch(
            sample ->
                sample.example() instanceof Example.Answers answers
                    && kind.isInstance(answers.judgement()));
  }

  @Override
  public boolean reference() {
    return loss.reference();
  }

  @Override
  public Loss of(PreferenceBatch.Read read, Logps answers, Logps others, double denominator) {
    AnswersBatch batch = read.batch();
    Compute compute = batch.compute();
    SideBySide pairs = SideBySide.of(batch, Judgement.Preferred.class);
    SideBySide ranked = SideBySide.of(batch, Judgement.Ranked.class);
    SideBySide graded = SideBySide.of(batch, Judgement.Graded.class);
    Optional<Loss> sum = Optional.empty();
    if (pairs.rows() > 0) {
      Logps two = beside(answers, pairs, compute); // (P, 2)
      PairLogps each = new PairLogps(column(two, 0), column(two, 1));
      sum =
          plus(
              sum,
              PairTerms.of(
                  loss, each, PairObjective.labels(pairs.judgements(), compute), denominator));
    }
    if (ranked.rows() > 0) {
      Logps all = beside(answers, ranked, compute); // (R, C)
      sum = plus(sum, loss.ofRankings(all, ranked.ranks(compute), denominator));
    }
    if (graded.rows() > 0) {
      Logps all = beside(answers, graded, compute); // (R, C)
      sum = plus(sum, loss.ofGrades(all, graded.grades(compute), denominator));
    }
    return sum.orElseThrow();
  }

  private static Optional<Loss> plus(Optional<Loss> sum, Loss more) {
    return Optional.of(sum.map(known -> known.plus(more)).orElse(more));
  }

  /** (K) -> (R, C), with no tokens where there is no answer. */
  private static Logps beside(Logps answers, SideBySide rows, Compute compute) {
    Tensor none = rows.ranks(compute).eq(Ops.whole(0)); // (R, C)
    Tensor reference = answers.reference();
    return new Logps(
        rows.gather(answers.policy(), compute),
        rows.gather(answers.tokens(), compute).masked_fill(none, Ops.scalar(0)),
        reference == null ? null : rows.gather(reference, compute));
  }

  private static Logps column(Logps pairs, int which) { // (P, 2) -> (P)
    Tensor reference = pairs.reference();
    return new Logps(
        pairs.policy().select(1, which),
        pairs.tokens().select(1, which),
        reference == null ? null : reference.select(1, which));
  }

  @Override
  public Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    return PairObjective.rarer(before, after);
  }

  @Override
  public Map<String, Measure> measures() {
    return PairObjective.MEASURES;
  }
}
