package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.plan.Extent;
import dev.luthier.rollout.Budget;
import dev.luthier.tensor.Parameter;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What an evaluation holds while it writes answers. Prompts are started together (rollout,
 * ContinuousBatch): while they are read there are the keys and values of the rows that write, their
 * own, what a block makes of their tokens, and the scores of their first tokens.
 */
final class AnswersMemory {
  private static final int SCORES = 3; // as they come, as the draw makes them, and their order
  private static final int FLOAT = 4;
  private static final long HALF = 2;

  private AnswersMemory() {}

  /**
   * Its bytes; 0 where it writes none.
   *
   * @param block what a block makes of prompts that are read at once
   */
  static <R extends TrainingRow> long of(
      Recipe of,
      Lesson<R, ?, ?> lesson,
      Model model,
      Corpus<R> corpus,
      ToLongFunction<Extent> block) {
    int asked = Math.max(of.eval().generate(), of.eval().compare().count(of.eval().generate()));
    int rows = Math.min(Math.min(asked, corpus.eval().list().size()), WrittenExam.AT_ONCE);
    if (rows == 0 || !lesson.writes()) {
      return 0;
    }
    Extent prompts = prompts(corpus.report().evalRows(), rows, of.peft().virtualTokens());
    Generative writing = Generative.of(model);
    int longest = (int) prompts.longest();
    return writing.bytes(rows, longest, of.eval().maxNewTokens())
        + writing.bytes(rows, longest, 0)
        + block.applyAsLong(prompts)
        + (long) SCORES * FLOAT * rows * writing.vocabSize()
        + copies(model);
  }

  /** On a GPU, steps copy weights in training to the type they compute in ({@code StepPass}). */
  private static long copies(Model model) {
    return model.compute().isCuda()
        ? model.parameters().stream()
            .filter(Parameter::trainable)
            .mapToLong(p -> HALF * p.count())
            .sum()
        : 0;
  }

  /**
   * The most that is read at once: the longest rows, which begin first, though no more tokens than
   * start together. A row's answer counts with it, so that this is a little too much.
   */
  static Extent prompts(List<? extends TrainingRow> rows, int most, int virtual) {
    List<Integer> lengths =
        rows.stream()
            .map(TrainingRow::length)
            .sorted(Comparator.reverseOrder())
            .limit(most)
            .toList();
    long longest = lengths.stream().mapToLong(n -> n).max().orElse(1);
    long tokens = 0;
    long count = 0;
    for (int length : lengths) {
      if (count > 0 && tokens + length > Budget.PROMPT_TOKENS) {
        break;
      }
      tokens += length;
      count++;
    }
    return new Extent(count, tokens, longest, count, virtual, false);
  }
}
