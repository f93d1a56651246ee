package dev.luthier.recipe;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * An exam whose answers the model writes token by token.
 *
 * @param prompts the questions with their tokens
 * @param pen writes an answer for each prompt
 * @param marking what an answer is worth beside the expected one; the mean counts
 */
record WrittenExam(
    List<Prompt> prompts, Pen pen, Map<Measure, ToDoubleBiFunction<String, String>> marking)
    implements Exam {
  /** How many are written at once. */
  static final int AT_ONCE = 64;

  /** A question as the model reads it. */
  record Prompt(int[] ids, Question question) {}

  /** Whoever answers: prompts to texts. */
  interface Pen {
    List<String> write(List<int[]> prompts);
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
  public List<String> answers(int most) {
    return pen.write(prompts.stream().limit(most).map(Prompt::ids).toList());
  }

  @Override
  public Map<Measure, Double> marks() {
    Map<Measure, Double> out = new EnumMap<>(Measure.class);
    if (!prompts.isEmpty()) {
      List<String> answers = answers(prompts.size());
      marking.forEach((measure, mark) -> out.put(measure, mean(mark, answers)));
    }
    return out;
  }

  private double mean(ToDoubleBiFunction<String, String> mark, List<String> answers) {
    return IntStream.range(0, answers.size())
        .mapToDouble(i -> mark.applyAsDouble(prompts.get(i).question().expected(), answers.get(i)))
        .average()
        .orElseThrow();
  }
}
