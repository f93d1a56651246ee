package dev.luthier.recipe;

import dev.luthier.data.Columns;
import dev.luthier.data.DataSet;
import dev.luthier.data.Doctor;
import dev.luthier.data.Example;
import dev.luthier.data.FileKind;
import dev.luthier.data.Message;
import dev.luthier.data.Report;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.SftTokenizer;
import dev.luthier.data.TokenRow;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The data of a supervised run, read and examined.
 *
 * @param train what is learned from, as text
 * @param eval what is measured on, as text
 * @param report the doctor's, which holds both as tokens
 */
record Corpus(Samples train, Samples eval, Report<TokenRow> report, SftTokenizer tokenizer) {
  private static final int USUAL_LENGTH = 1024;

  /** A row whose answer can be compared: the prompt as tokens, both parts as text. */
  record Question(int[] prompt, String text, String expected) {}

  /** Reads and examines; the report may hold errors. */
  static Corpus read(DataSpec data, Sft sft, ModelFolder model, long seed) {
    Samples train = Samples.load(sets(data.train()), seed);
    Samples eval = data.eval().isEmpty() ? Samples.NONE : Samples.load(sets(data.eval()), seed);
    if (data.holdout() > 0) {
      Samples.Split split = train.holdOut(data.holdout(), seed);
      train = split.train();
      eval = split.eval();
    }
    SftTokenizer tokenizer = new SftTokenizer(model.tokenizer(), model.renderer(), sft.lossOn());
    Doctor doctor = new Doctor(maxLength(sft, model), sft.tooLong());
    return new Corpus(train, eval, doctor.examine(train, eval, tokenizer), tokenizer);
  }

  static int maxLength(Sft sft, ModelFolder model) {
    return sft.maxLength().orElse(Math.min(USUAL_LENGTH, model.config().context()));
  }

  static List<DataSet> sets(List<DataSpec.Source> sources) {
    return sources.stream()
        .map(
            s ->
                new DataSet(
                    s.path().toString(),
                    s.form(),
                    new Columns(s.columns(), s.set()),
                    FileKind.of(s.format(), s.encoding()),
                    s.weight().map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                    s.limit().map(OptionalLong::of).orElse(OptionalLong.empty())))
        .toList();
  }

  /** Up to so many rows with a prompt and an answer, from the top of the evaluation. */
  List<Question> questions(int most) {
    return eval.list().stream().map(this::question).flatMap(Optional::stream).limit(most).toList();
  }

  private Optional<Question> question(Sample sample) {
    if (sample.example() instanceof Example.Chat chat) {
      int last = chat.messages().size() - 1;
      boolean answered = last > 0 && chat.messages().get(last).isAssistant();
      return answered
          ? chat(chat.messages().subList(0, last), chat.messages().get(last), chat.tools())
          : Optional.empty();
    }
    if (sample.example() instanceof Example.ChatCompletion chat) {
      return chat.completion().size() == 1
          ? chat(chat.prompt(), chat.completion().get(0), chat.tools())
          : Optional.empty();
    }
    if (sample.example() instanceof Example.PromptCompletion plain) {
      return Optional.of(
          new Question(tokenizer.prompt(plain.prompt()), plain.prompt(), plain.completion()));
    }
    return Optional.empty();
  }

  private Optional<Question> chat(
      List<Message> before, Message answer, List<java.util.Map<String, Object>> tools) {
    if (!(answer.fields().get("content") instanceof String expected)) {
      return Optional.empty(); // a tool call has no text to compare
    }
    Message asked = before.get(before.size() - 1);
    String text = String.valueOf(asked.fields().getOrDefault("content", ""));
    return Optional.of(new Question(tokenizer.prompt(before, tools), text, expected));
  }
}
