package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.LossOn;
import dev.luthier.data.MicroBatch;
import dev.luthier.data.SftTokenizer;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.model.Classifier;
import dev.luthier.reward.Asked;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/** Reads prompts with their answers as {@link RewardLesson} does, and says the scores. */
record RewardHead(Classifier model, SftTokenizer rows) {
  private static final MicroBatch AT_ONCE = new MicroBatch.Tokens(4096);

  static RewardHead of(Classifier model, ModelFolder folder) {
    return new RewardHead(
        model, new SftTokenizer(folder.tokenizer(), folder.renderer(), LossOn.COMPLETION));
  }

  /**
   * The scores of each answer, as many as the model has.
   *
   * @throws UserError if one is longer than the model takes
   */
  List<float[]> scores(List<Example.Answered> answers) {
    return read(answers.stream().map(one -> row(one, "")).toList());
  }

  /**
   * The same.
   *
   * @throws UserError naming the place of one that is longer than the model takes
   */
  List<float[]> asked(List<Asked> answers) {
    return read(answers.stream().map(one -> row(one.answered(), one.place() + ": ")).toList());
  }

  /** Whether the model takes a prompt with its answer. */
  boolean takes(Example.Answered answered) {
    return rows.make(answered).length() <= model.context();
  }

  private List<float[]> read(List<TokenRow> all) {
    int width = model.labels().count();
    List<float[]> out = new ArrayList<>();
    for (List<TokenRow> part : AT_ONCE.split(all)) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        float[] scores = // (C, L)
            Ops.toFloats(
                model.logits(
                    Sequences.of(part.stream().map(TokenRow::ids).toList(), model.compute()),
                    null));
        for (int from = 0; from < scores.length; from += width) {
          out.add(Arrays.copyOfRange(scores, from, from + width));
        }
      }
    }
    return out;
  }

  private TokenRow row(Example.Answered answered, String place) {
    TokenRow row = rows.make(answered);
    if (row.length() > model.context()) {
      throw new UserError(
          "%sa prompt has %d tokens with its answer \"%.40s...\", but the reward model takes %d"
              .formatted(place, row.length(), answered.said(), model.context()));
    }
    return row;
  }
}
