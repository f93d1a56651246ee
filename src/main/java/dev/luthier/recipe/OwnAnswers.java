package dev.luthier.recipe;

import dev.luthier.data.MicroBatch;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/** Answers that a model drew, to be read by it and by others. */
record OwnAnswers(Likelihood likelihood, List<TokenRow> rows) {
  private static final MicroBatch AT_ONCE = new MicroBatch.Tokens(4096);

  static OwnAnswers of(ModelFolder folder, List<int[]> prompts, List<Completion> drawn) {
    List<TokenRow> rows = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      rows.add(TokenRow.answering(prompts.get(i), drawn.get(i).ids()));
    }
    return new OwnAnswers(new Likelihood(RankLesson.decoder(folder)), rows);
  }

  /** Of the tokens of each answer. */
  List<float[]> logProbabilities(CausalLm model) {
    List<float[]> out = new ArrayList<>();
    for (List<TokenRow> part : AT_ONCE.split(rows)) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        TokenBatch batch = TokenBatch.of(part, model.compute());
        float[] all = Ops.toFloats(likelihood.each(model, batch, new Chunk.Auto())); // (M)
        int at = 0;
        for (TokenRow row : part) {
          out.add(Arrays.copyOfRange(all, at, at + row.targets()));
          at += row.targets();
        }
      }
    }
    return out;
  }
}
