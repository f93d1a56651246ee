package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Samples;
import dev.luthier.data.Tokenizer;
import dev.luthier.model.Classifier;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * A few rows to look at: the numbered answers to a prompt, how they are judged, and their scores.
 *
 * @param rows the first of the evaluation
 */
record RewardExam(
    RewardLesson lesson,
    Classifier model,
    List<AnswersRow> rows,
    RowTasks<AnswersRow> tasks,
    Tokenizer tokenizer)
    implements Exam {
  private static final int MOST = 16;

  static RewardExam of(
      RewardLesson lesson, Classifier model, Corpus<AnswersRow> corpus, Tokenizer tokenizer) {
    List<AnswersRow> rows = corpus.report().evalRows();
    return new RewardExam(
        lesson, model, rows.subList(0, Math.min(MOST, rows.size())), corpus.tasks(), tokenizer);
  }

  /** Whether prompts are chats. */
  static boolean chats(Samples.Split samples) {
    return samples.train().list().stream()
        .anyMatch(
            sample ->
                sample.example() instanceof Example.Answers answers
                    && answers.prompt() instanceof List);
  }

  @Override
  public List<Question> questions() {
    return rows.stream().map(row -> new Question(text(row), judged(row.judgement()))).toList();
  }

  private String text(AnswersRow row) {
    List<String> lines = new ArrayList<>();
    lines.add(tokenizer.decode(Arrays.copyOf(row.each().get(0).ids(), row.prompt()), true));
    for (int i = 0; i < row.each().size(); i++) {
      int[] ids = row.each().get(i).ids();
      lines.add(
          "%d: %s"
              .formatted(
                  i + 1,
                  tokenizer.decode(Arrays.copyOfRange(ids, row.prompt(), ids.length), true)));
    }
    return String.join(System.lineSeparator(), lines);
  }

  /** What is said of each answer: grades, ranks, or how probable it is that it is better. */
  private static String judged(Judgement judgement) {
    if (judgement instanceof Judgement.Graded graded) {
      return numbered(
          graded.grades().stream()
              .map(each -> each.stream().map(String::valueOf).collect(Collectors.joining(" ")))
              .toList());
    }
    return IntStream.range(1, judgement.answers())
        .mapToObj(i -> (judgement.better(i - 1, i) ? " > " : " or ") + (i + 1))
        .collect(Collectors.joining("", "1", ""));
  }

  private static String numbered(List<String> each) {
    return IntStream.range(0, each.size())
        .mapToObj(i -> "%d: %s".formatted(i + 1, each.get(i)))
        .collect(Collectors.joining(", "));
  }

  @Override
  public List<Answer> answers(int most) {
    List<Answer> out = new ArrayList<>();
    for (AnswersRow row : rows.subList(0, Math.min(most, rows.size()))) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        tasks.tell(model, List.of(row));
        float[] all =
            Ops.toFloats(
                lesson.logits(
                    model,
                    lesson.batch(List.of(row), Draw.evaluation(1, 1), model.compute()))); // (K, A)
        int width = all.length / row.each().size();
        out.add(
            Answer.read(
                numbered(
                    IntStream.range(0, row.each().size())
                        .mapToObj(i -> scores(Arrays.copyOfRange(all, i * width, (i + 1) * width)))
                        .toList())));
      }
    }
    return out;
  }

  private static String scores(float[] of) {
    return IntStream.range(0, of.length)
        .mapToObj(i -> String.format(Locale.ROOT, "%.3f", of[i]))
        .collect(Collectors.joining(" "));
  }
}
