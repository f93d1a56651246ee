package dev.luthier.recipe;

import dev.luthier.data.DataSet;
import dev.luthier.data.LossOn;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.SftTokenizer;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.HeadPlaces;
import dev.luthier.peft.HeadFit;
import dev.luthier.peft.HeadGroups;
import dev.luthier.peft.HeadMoments;
import dev.luthier.peft.HeadTurns;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts that a model reads without learning from them.
 *
 * @param data rows of any form to write
 * @param tokens how many of them are read, at most
 */
record Calibration(Path data, int tokens) {
  private static final int AT_ONCE = 2048; // tokens of a batch

  /** Rows of the file, from the top, every token of which counts. */
  private List<TokenRow> rows(ModelFolder folder) {
    SftTokenizer maker = new SftTokenizer(folder.tokenizer(), folder.renderer(), LossOn.ALL);
    int longest = Math.min(Corpus.USUAL_LENGTH, folder.config().context());
    List<TokenRow> out = new ArrayList<>();
    int left = tokens;
    for (Sample sample : Samples.load(List.of(DataSet.of(data.toString())), 0).list()) {
      if (left < 2) {
        break;
      }
      Optional<TokenRow> row = maker.cut(sample.example(), Math.min(longest, left));
      row.ifPresent(out::add);
      left -= row.map(TokenRow::length).orElse(0);
    }
    if (out.isEmpty()) {
      throw new UserError("%s: holds no row to read".formatted(data));
    }
    return out;
  }

  private static List<List<TokenRow>> batches(List<TokenRow> rows) {
    List<List<TokenRow>> out = new ArrayList<>();
    int room = 0;
    for (TokenRow row : rows) {
      if (room < row.length()) {
        out.add(new ArrayList<>());
        room = Math.max(AT_ONCE, row.length());
      }
      out.get(out.size() - 1).add(row);
      room -= row.length();
    }
    return out;
  }

  /** How the heads of each group are turned to lie alike on the texts. */
  HeadTurns turns(Path model, HeadPlaces places, HeadGroups groups, HeadFit fit, PrintWriter out) {
    try (ModelFolder folder = ModelFolder.open(model);
        CausalLm lm = folder.load(Compute.CPU);
        HeadMoments moments = new HeadMoments(places, groups);
        AutoGradMode off = Ops.noGrad()) {
      List<TokenRow> rows = rows(folder);
      moments.watch(lm);
      for (List<TokenRow> batch : batches(rows)) {
        try (Scope scope = new Scope()) {
          Tensor unused = lm.hidden(TokenBatch.of(batch, lm.compute()).input());
          Objects.requireNonNull(unused);
        }
      }
      HeadFit.Found found = fit.of(moments);
      out.printf(
          "read      %,d tokens of %s; the mean of a group keeps %s of its keys' squares, fitted"
              + " %s; of its values' %s, fitted %s%n",
          rows.stream().mapToInt(TokenRow::length).sum(),
          data,
          percent(found.keys().before()),
          percent(found.keys().after()),
          percent(found.values().before()),
          percent(found.values().after()));
      return found.turns();
    }
  }

  private static String percent(double share) {
    return "%.1f%%".formatted(100 * share);
  }

  /** The mean loss of a token. */
  double loss(Path model) {
    try (ModelFolder folder = ModelFolder.open(model);
        CausalLm lm = folder.load(Compute.CPU);
        AutoGradMode off = Ops.noGrad()) {
      double sum = 0;
      int targets = 0;
      for (List<TokenRow> rows : batches(rows(folder))) {
        try (Scope scope = new Scope()) {
          TokenBatch batch = TokenBatch.of(rows, lm.compute());
          Tensor logits = lm.logits(batch.input(), batch.positions());
          sum += new CrossEntropy().of(logits, batch.targets(), 1).total().item_double();
          targets += (int) batch.targets().size(0);
        }
      }
      return sum / targets;
    }
  }
}
