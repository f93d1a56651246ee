package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.AnswersTokenizer;
import dev.luthier.data.Columns;
import dev.luthier.data.JudgedRow;
import dev.luthier.data.Judgement;
import dev.luthier.data.MicroBatch;
import dev.luthier.data.Takes;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.metric.WinRate;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Judged answers whose log-probabilities are asked for. All answers of all rows stand one behind
 * the other, K of them.
 *
 * @param rows (R)
 * @param pairs of answers of which one is better: its place among the K, and the other's
 */
record PairScores(Likelihood likelihood, List<AnswersRow> rows, List<int[]> pairs) {
  private static final int AT_ONCE = 4096; // tokens

  /**
   * @param context the longest row that the model reads; longer ones are left out
   * @throws UserError if no row is left; rows may make no pairs
   */
  static PairScores read(Path data, ModelFolder folder, int context, PrintWriter notes) {
    AnswersTokenizer tokenizer =
        AnswersTokenizer.of(folder.tokenizer(), folder.renderer(), Takes.PAIRS);
    List<JudgedRow> taken = new ArrayList<>();
    List<AnswersRow> rows = new ArrayList<>();
    List<JudgedRow> all =
        JudgedRow.read(data.toString(), Optional.empty(), new Columns(Map.of())).rows();
    for (JudgedRow row : all) {
      AnswersRow made = tokenizer.make(row.answers());
      if (made.each().stream().mapToInt(TokenRow::length).max().orElse(0) <= context) {
        taken.add(row);
        rows.add(made);
      }
    }
    List<int[]> pairs = pairs(taken);
    if (rows.isEmpty()) {
      throw new UserError(data + ": every row is longer than the model reads");
    }
    if (taken.size() < all.size()) {
      notes.printf(
          "%s: %d rows are longer than the model reads and are left out%n",
          data, all.size() - taken.size());
    }
    return new PairScores(new Likelihood(RankLesson.decoder(folder)), rows, pairs);
  }

  /** Those of rows; of answers with labels the first good one with the first bad one, and so on. */
  private static List<int[]> pairs(List<JudgedRow> rows) {
    List<int[]> out = new ArrayList<>(ScoredRows.of(rows).pairs());
    List<Integer> good = new ArrayList<>();
    List<Integer> bad = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) { // a labelled row has one answer, so r is its place
      if (rows.get(r).answers().judgement() instanceof Judgement.Labelled label) {
        (label.desirable() ? good : bad).add(r);
      }
    }
    for (int i = 0; i < Math.min(good.size(), bad.size()); i++) {
      out.add(new int[] {good.get(i), bad.get(i)});
    }
    return out;
  }

  /** log pi of every answer, (K). */
  double[] of(CausalLm model) {
    List<Double> out = new ArrayList<>();
    for (List<AnswersRow> part : new MicroBatch.Tokens(AT_ONCE).split(rows)) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        AnswersBatch batch = AnswersBatch.of(part, model.compute());
        for (float logp : Ops.toFloats(likelihood.of(model, batch, new Chunk.Auto()))) {
          out.add((double) logp);
        }
      }
    }
    return out.stream().mapToDouble(d -> d).toArray();
  }

  /**
   * With the margin of a pair (y, z), of which y is better, as DPO has it at beta 1 (Rafailov et
   * al. 2023, https://arxiv.org/abs/2305.18290, section 5.1),
   *
   * <pre>
   * (log pi(y) - log pi_old(y)) - (log pi(z) - log pi_old(z))
   * </pre>
   */
  VersionMeter.Preferences compared(double[] old, double[] now) {
    long wins = 0;
    long losses = 0;
    double before = 0;
    double after = 0;
    for (int[] pair : pairs) {
      double was = old[pair[0]] - old[pair[1]];
      double is = now[pair[0]] - now[pair[1]];
      int better = WinRate.compare(is, was);
      wins += better > 0 ? 1 : 0;
      losses += better < 0 ? 1 : 0;
      before += was > 0 ? 1 : 0;
      after += is > 0 ? 1 : 0;
    }
    double moved = 0;
    for (int k = 0; k < old.length; k++) {
      moved = Math.max(moved, Math.abs(now[k] - old[k]));
    }
    return new VersionMeter.Preferences(
        new WinRate(wins, pairs.size() - wins - losses, losses),
        before / Math.max(1, pairs.size()),
        after / Math.max(1, pairs.size()),
        moved);
  }
}
