package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.plan.Extent;
import dev.luthier.rollout.Budget;
import dev.luthier.tensor.Parameter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a run holds while it writes answers, in bytes. Prompts are started together (rollout,
 * ContinuousBatch): while they are read there are the keys and values of the rows that write, their
 * own, what a block makes of their tokens, and the scores of their first tokens.
 *
 * @param cache while nothing learns
 * @param beside while the policy learns, too
 */
record AnswersMemory(long cache, long beside) {
  private static final int SCORES = 3; // as they come, as the draw makes them, and their order
  private static final int FLOAT = 4;
  private static final long HALF = 2;

  /**
   * That of a run.
   *
   * @param block what a block makes of prompts that are read at once
   */
  static <R extends TrainingRow> AnswersMemory of(
      Recipe of,
      Lesson<R, ?, ?> lesson,
      Adapted<?> adapted,
      Corpus<R> corpus,
      ToLongFunction<Extent> block) {
    long asked = asked(of, lesson, adapted.model(), corpus, block);
    Optional<RolloutMemory> rollouts = lesson.rollouts();
    if (rollouts.isEmpty()) {
      return new AnswersMemory(asked, 0);
    }
    RolloutMemory own = rollouts.get();
    long rollout =
        own.of(
            adapted.model(),
            corpus.report().trainRows(),
            of.optim().batch(),
            of.peft().virtualTokens(),
            of.optim().rowsAtOnce() == 1,
            block);
    return own.ahead()
        ? new AnswersMemory(asked, rollout + own.copy(adapted))
        : new AnswersMemory(Math.max(asked, rollout), 0);
  }

  /** What an evaluation takes; 0 where it writes none. */
  private static <R extends TrainingRow> long asked(
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
    Extent prompts = prompts(corpus.report().evalRows(), rows, of.peft().virtualTokens(), 0);
    Generative writing = Generative.of(model);
    int longest = (int) prompts.longest();
    return writing.bytes(rows, longest, of.eval().maxNewTokens())
        + writing.bytes(rows, longest, 0)
        + block.applyAsLong(prompts)
        + scores(writing, rows)
        + copies(model);
  }

  /** The scores of the next token of so many answers. */
  static long scores(Generative writing, int rows) {
    return (long) SCORES * FLOAT * rows * writing.vocabSize();
  }

  /** On a GPU, steps copy weights in training to the type they compute in ({@code StepPass}). */
  static long copies(Model model) {
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
   *
   * @param answers tokens of a row that are no prompt
   */
  static Extent prompts(List<? extends TrainingRow> rows, int most, int virtual, int answers) {
    List<Integer> lengths =
        rows.stream()
            .map(row -> row.length() - answers)
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
