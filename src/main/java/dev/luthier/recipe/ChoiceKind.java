package dev.luthier.recipe;

import dev.luthier.data.ChoiceRow;
import dev.luthier.data.Example;
import dev.luthier.data.MicroBatch;
import dev.luthier.data.Question;
import dev.luthier.data.RowMaker;
import dev.luthier.data.TrainingRow;
import dev.luthier.data.Verbalizer;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rank classification with a model that writes: the likeliest of some answers to each question. */
record ChoiceKind<R extends TrainingRow, B, M extends Model>(RankLesson<R, B, M> lesson, M model)
    implements Labeller.Kind {
  private static final MicroBatch AT_ONCE = new MicroBatch.Tokens(4096);

  /**
   * @param adapter which may say how it was trained to be asked, as the model's folder may
   */
  static <R extends TrainingRow, B, M extends Model> ChoiceKind<R, B, M> of(
      ModelFolder folder, Optional<Path> adapter, Lesson<R, B, M> writing, M model) {
    RankClassify method =
        adapter
            .flatMap(RankFile::read)
            .or(() -> RankFile.read(folder.path()))
            .orElseGet(RankClassify::usual);
    return new ChoiceKind<>(RankLesson.above(writing, method, folder, method.verbalizer()), model);
  }

  /** A class of those that the template asks for; a tab parts two texts. */
  @Override
  public List<String> say(List<String> texts) {
    Verbalizer asking =
        lesson
            .verbalizer()
            .orElseThrow(
                () ->
                    new UserError(
                        "%s does not say what to choose from: give --choice TEXT for each answer, or --rows FILE; or train with the method classify or rank_classify"
                            .formatted(lesson.folder().path())));
    List<Question> questions = new ArrayList<>();
    for (String line : texts) {
      String[] parts = line.split("\t", 2);
      questions.add(
          asking.question(parts[0], Optional.of(parts).filter(p -> p.length == 2).map(p -> p[1])));
    }
    return lines(questions, asking.labels().names());
  }

  @Override
  public List<String> choose(List<Question> questions) {
    return lines(questions, List.of());
  }

  @Override
  public Verbalizer.Style style() {
    return lesson.method().style();
  }

  /**
   * @param names what to call the choices; empty: as they are
   */
  private List<String> lines(List<Question> questions, List<String> names) {
    List<ChoiceRow<R>> rows = questions.stream().map(this::row).toList();
    List<String> out = new ArrayList<>();
    for (List<ChoiceRow<R>> part : AT_ONCE.split(rows)) {
      try (Scope scope = new Scope()) {
        ChoiceBatch<B> batch = lesson.batch(part, Draw.evaluation(1, part.size()), model.compute());
        float[] all = Ops.toFloats(lesson.probabilities(model, batch)); // (B, C)
        for (int i = 0; i < part.size(); i++) {
          List<String> choices = part.get(i).question().choices();
          int from = i * batch.choices();
          out.add(
              line(
                  names.isEmpty() ? choices : names,
                  Arrays.copyOfRange(all, from, from + choices.size())));
        }
      }
    }
    return out;
  }

  private ChoiceRow<R> row(Question question) {
    RowMaker<ChoiceRow<R>> maker = lesson.rows();
    ChoiceRow<R> row = maker.make(new Example.Choice(question, 0));
    maker
        .fault(row)
        .ifPresent(
            fault -> {
              throw new UserError(
                  "the question \"%s\" %s; %s"
                      .formatted(question.asked(), fault.finding(), fault.remedy()));
            });
    int context = lesson.folder().config().context();
    if (row.length() > context) {
      throw new UserError(
          "the question \"%.40s...\" has %d tokens with its longest choice, but the model takes %d"
              .formatted(question.asked(), row.length(), context));
    }
    return row;
  }

  /** The likeliest with its probability, then all. */
  private static String line(List<String> names, float[] probabilities) {
    int best =
        IntStream.range(0, names.size())
            .reduce(0, (a, b) -> probabilities[b] > probabilities[a] ? b : a);
    String all =
        IntStream.range(0, names.size())
            .mapToObj(i -> "%s %.3f".formatted(names.get(i).strip(), probabilities[i]))
            .collect(Collectors.joining(", "));
    return "%s  %.3f  (%s)".formatted(names.get(best).strip(), probabilities[best], all);
  }
}
