package dev.luthier.recipe;

import dev.luthier.data.ChoiceRow;
import dev.luthier.data.ChoiceTokenizer;
import dev.luthier.data.Example;
import dev.luthier.data.LossOn;
import dev.luthier.data.Question;
import dev.luthier.data.RowMaker;
import dev.luthier.data.Sample;
import dev.luthier.data.Seq2SeqTokenizer;
import dev.luthier.data.TooLong;
import dev.luthier.data.TrainingRow;
import dev.luthier.data.Verbalizer;
import dev.luthier.error.UserError;
import dev.luthier.loss.ChoiceScores;
import dev.luthier.loss.Loss;
import dev.luthier.model.Model;
import dev.luthier.model.Seq2Seq;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Rank classification on top of a method that writes: the choices of a row are what is written,
 * side by side in one batch. Letters: B questions, C choices, M tokens of all choices.
 *
 * @param writing reads the model, makes the batch of all choices, and scores their tokens
 * @param classes how many, where all rows have the same choices
 */
record RankLesson<R extends TrainingRow, B, M extends Model>(
    RankClassify method,
    ModelFolder folder,
    Lesson<R, B, M> writing,
    Optional<Verbalizer> verbalizer,
    OptionalInt classes)
    implements Lesson<ChoiceRow<R>, ChoiceBatch<B>, M> {

  /**
   * @param all rows of training and evaluation
   * @throws UserError if some are chats and the model is an encoder with a decoder
   */
  static Lesson<?, ?, ?> of(
      RankClassify method, ModelFolder folder, Optional<Verbalizer> verbalizer, List<Sample> all) {
    OptionalInt classes = classes(verbalizer, all);
    if (!Seq2Seq.isOne(folder.config())) {
      return new RankLesson<>(method, folder, decoder(folder), verbalizer, classes);
    }
    if (method.style() == Verbalizer.Style.CHAT) {
      throw new UserError(
          "an encoder with a decoder reads plain texts, but %s"
              .formatted(
                  all.stream()
                      .filter(RankLesson::isChat)
                      .findFirst()
                      .map(sample -> sample.place() + ": the prompt is a list of messages")
                      .orElse("rank_classify.style is chat")));
    }
    return new RankLesson<>(method, folder, encoderDecoder(folder), verbalizer, classes);
  }

  /** The lesson of a decoder: its answers end with the end token, or as its chat template ends. */
  static SftLesson decoder(ModelFolder folder) {
    return SftLesson.of(
        new Sft(LossOn.COMPLETION, Optional.empty(), TooLong.RAISE, Sft.Packing.NONE), folder);
  }

  /** The lesson of an encoder with a decoder: the prompt is read, the choice is written. */
  static Seq2seqLesson encoderDecoder(ModelFolder folder) {
    return new Seq2seqLesson(
        folder, new Seq2SeqTokenizer(folder.tokenizer(), "", Integer.MAX_VALUE));
  }

  /** For rows without a right answer. */
  static <R extends TrainingRow, B, M extends Model> RankLesson<R, B, M> above(
      Lesson<R, B, M> writing,
      RankClassify method,
      ModelFolder folder,
      Optional<Verbalizer> verbalizer) {
    return new RankLesson<>(method, folder, writing, verbalizer, OptionalInt.empty());
  }

  static boolean isChat(Sample sample) {
    return sample.example() instanceof Example.Choice choice
        && choice.question() instanceof Question.Chat;
  }

  private static OptionalInt classes(Optional<Verbalizer> verbalizer, List<Sample> all) {
    List<List<String>> choices =
        all.stream()
            .map(
                sample ->
                    sample.example() instanceof Example.Choice choice
                        ? choice.question().choices()
                        : List.copyOf(verbalizer.orElseThrow().words().values()))
            .distinct()
            .limit(2)
            .toList();
    return choices.size() == 1 ? OptionalInt.of(choices.get(0).size()) : OptionalInt.empty();
  }

  @Override
  public RowMaker<ChoiceRow<R>> rows() {
    return new ChoiceTokenizer<>(writing.rows(), verbalizer);
  }

  @Override
  public M load(Compute compute) {
    return writing.load(compute);
  }

  @Override
  public ChoiceBatch<B> batch(List<ChoiceRow<R>> rows, Draw draw, Compute compute) {
    List<R> written = rows.stream().flatMap(row -> row.each().stream()).toList();
    return ChoiceBatch.of(rows, writing.batch(written, draw, compute), compute);
  }

  /** {@link ChoiceScores#stacked}, (3, B, C). */
  @Override
  public Tensor logits(M model, ChoiceBatch<B> batch) {
    Tensor tokens = writing.logits(model, batch.written()); // (M, V)
    return batch.scores(tokens, writing.targets(batch.written())).stacked();
  }

  @Override
  public Tensor targets(ChoiceBatch<B> batch) {
    return batch.right();
  }

  @Override
  public Loss loss(Tensor logits, Tensor targets, double denominator) {
    return method.loss().of(ChoiceScores.of(logits), targets, denominator);
  }

  /** The place of the choice with the highest score, (B). */
  @Override
  public Tensor verdict(Tensor logits) {
    return method.score().of(ChoiceScores.of(logits)).argmax(new LongOptional(1), false);
  }

  /** The probability of each choice among those of its row, (B, C). */
  Tensor probabilities(M model, ChoiceBatch<B> batch) {
    return method.score().of(ChoiceScores.of(logits(model, batch))).softmax(1);
  }

  /** F1 and Matthews want classes, which rows with choices of their own do not have. */
  @Override
  public Set<Measure> measures() {
    return classes.isPresent() ? ClassTally.measures(classes.getAsInt()) : Set.of(Measure.ACCURACY);
  }

  @Override
  public Tally<ChoiceRow<R>> tally() {
    return classes.isPresent() ? new ClassTally<>(classes.getAsInt()) : new TokenTally<>();
  }

  @Override
  public Exam exam(M model, Corpus<ChoiceRow<R>> corpus, Asking asking) {
    return ReadExam.of(
        this,
        model,
        corpus,
        new ReadExam.Wording<>() {
          @Override
          public String text(ChoiceRow<R> row, Draw draw) {
            return row.question().asked();
          }

          @Override
          public String words(ChoiceRow<R> row, Tensor marks) {
            return row.question().choices().get((int) Ops.toLongs(marks)[0]);
          }
        });
  }

  @Override
  public List<String> next(String voice) {
    return List.of(
        "./luthier classify %s %s"
            .formatted(voice, verbalizer.isPresent() ? "--text TEXT" : "--rows FILE.jsonl"));
  }

  @Override
  public void save(Path dir) {
    RankFile.write(method, dir);
  }
}
