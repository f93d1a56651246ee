package dev.luthier.recipe;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * An exam whose answers the model writes token by token.
 *
 * @param prompts the questions with their tokens
 * @param pen writes an answer for each prompt
 * @param whose tells the model which task is asked for
 * @param marking what an answer is worth beside the expected one; the mean counts
 */
record WrittenExam(
    List<Prompt> prompts,
    Pen pen,
    IntConsumer whose,
    Map<Measure, ToDoubleBiFunction<String, String>> marking)
    implements Exam {
  /** How many are written at once. */
  static final int AT_ONCE = 64;

  /**
   * A question as the model reads it.
   *
   * @param task the number of the task that it belongs to
   */
  record Prompt(int[] ids, Question question, int task) {}

  /** Whoever answers: prompts of one task to texts. */
  interface Pen {
    List<Answer> write(List<int[]> prompts);
  }

  /** 1 where both texts are the same but for blanks around them, else 0. */
  static double exact(String expected, String answer) {
    return expected.strip().equals(answer.strip()) ? 1 : 0;
  }

  @Override
  public List<Question> questions() {
    return prompts.stream().map(Prompt::question).toList();
  }

  @Override
  public List<Answer> answers(int most) {
    List<Prompt> asked = prompts.subList(0, Math.min(most, prompts.size()));
    Answer[] out = new Answer[asked.size()];
    for (int task : tasks(asked)) {
      int[] own = of(task, asked);
      whose.accept(task);
      List<Answer> written =
          pen.write(Arrays.stream(own).mapToObj(i -> asked.get(i).ids()).toList());
      for (int i = 0; i < own.length; i++) {
        out[own[i]] = written.get(i);
      }
    }
    return List.of(out);
  }

  static int[] tasks(List<Prompt> asked) {
    return asked.stream().mapToInt(Prompt::task).distinct().sorted().toArray();
  }

  private static int[] of(int task, List<Prompt> asked) {
    return IntStream.range(0, asked.size()).filter(i -> asked.get(i).task() == task).toArray();
  }

  @Override
  public Marks marks() {
    if (prompts.isEmpty() || marking.isEmpty()) {
      return Exam.super.marks();
    }
    List<String> answers = answers(prompts.size()).stream().map(Answer::text).toList();
    Map<Integer, Map<Measure, Double>> each = new TreeMap<>();
    for (int task : tasks(prompts)) {
      each.put(task, marks(of(task, prompts), answers));
    }
    return new Marks(marks(IntStream.range(0, answers.size()).toArray(), answers), each);
  }

  private Map<Measure, Double> marks(int[] which, List<String> answers) {
    Map<Measure, Double> out = new EnumMap<>(Measure.class);
    marking.forEach((measure, mark) -> out.put(measure, mean(mark, which, answers)));
    return out;
  }

  private double mean(ToDoubleBiFunction<String, String> mark, int[] which, List<String> answers) {
    return Arrays.stream(which)
        .mapToDouble(i -> mark.applyAsDouble(prompts.get(i).question().expected(), answers.get(i)))
        .average()
        .orElseThrow();
  }
}
