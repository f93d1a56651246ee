package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Doc;
import dev.luthier.peft.Peft;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What is learned from the data: one record per method, picked by its name in the recipe. */
@Doc("What is learned from the data")
public sealed interface Method
    permits Sft,
        Distill,
        Classify,
        Regress,
        Tag,
        Mlm,
        Seq2seq,
        RankClassify,
        Prefer,
        OutcomePrefer,
        Reward,
        AnswersMethod {
  /** The forms of rows that it learns from. */
  List<Form> forms();

  /** The rows as the method learns from them, where they may be judged in several ways. */
  default Samples converted(Samples read) {
    return read;
  }

  /**
   * @throws dev.luthier.error.UserError if it does not go with how the weights move, or with which
   */
  default void check(OptimSpec optim, Peft peft) {}

  /** Whether it asks rows for other columns than those that their form reads. */
  default boolean keepsColumns() {
    return false;
  }

  /** Whether what it trains writes answers, so that these can be measured. */
  default boolean writes() {
    return true;
  }

  /**
   * The same where another model stands for one that it reads, as long as an earlier stage has not
   * left that one.
   */
  default Method reading(UnaryOperator<Path> model) {
    return this;
  }

  /** The longest row in tokens, where the recipe says it. */
  Optional<Integer> maxLength();

  TooLong tooLong();

  /**
   * What the flow needs to know of it; closed by the caller.
   *
   * @throws dev.luthier.error.UserError if the model or the rows are not fit for it
   */
  Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed);
}
