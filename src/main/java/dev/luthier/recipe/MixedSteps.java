package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Steps;
import java.util.ArrayList;
import java.util.List;

/**
 * The texts that steps learn beside answers.
 *
 * @param atOnce how many go through the model at once
 */
record MixedSteps(Batches<TokenRow> texts, int atOnce) {
  static MixedSteps of(Batches<TokenRow> texts, Recipe recipe) {
    return new MixedSteps(texts, recipe.optim().rowsAtOnce());
  }

  /** Those of a step, which goes through the model in parts. */
  List<Steps.Micro<PolicyBatch>> at(long step, Compute compute) {
    List<TokenRow> rows = texts.at(step);
    double targets = rows.stream().mapToLong(TokenRow::targets).sum();
    List<Steps.Micro<PolicyBatch>> out = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += atOnce) {
      List<TokenRow> part = rows.subList(from, Math.min(rows.size(), from + atOnce));
      out.add(
          new Steps.Micro<>(
              () -> PolicyBatch.of(new PolicyBatch.Mixed(TokenBatch.of(part, compute), targets)),
              part.size(),
              part.stream().mapToLong(TokenRow::length).sum(),
              "the pretraining mix"));
    }
    return out;
  }
}
