package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.Seq2SeqBatch;
import dev.luthier.data.Seq2SeqRow;
import dev.luthier.data.Seq2SeqTokenizer;
import dev.luthier.error.UserError;
import dev.luthier.metric.RougeL;
import dev.luthier.model.Generative;
import dev.luthier.model.Seq2Seq;
import dev.luthier.recipe.WrittenExam.Prompt;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Generator;
import dev.luthier.tensor.Compute;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** A text written for a text read: cross-entropy on the tokens of the text to write. */
record Seq2seqLesson(ModelFolder folder, Seq2SeqTokenizer rows)
    implements TokenLesson<Seq2SeqRow, Seq2SeqBatch, Seq2Seq> {

  /**
   * @throws UserError if rows are chats
   */
  static Seq2seqLesson of(Seq2seq method, ModelFolder folder, Samples.Split samples) {
    Stream.of(samples.train(), samples.eval())
        .flatMap(set -> set.list().stream())
        .filter(sample -> !(sample.example() instanceof Example.PromptCompletion))
        .findFirst()
        .ifPresent(
            sample -> {
              throw new UserError(
                  sample.place()
                      + ": prompt and completion are lists of messages, but seq2seq learns from texts");
            });
    return new Seq2seqLesson(
        folder,
        new Seq2SeqTokenizer(folder.tokenizer(), method.prefix().orElse(""), method.maxTarget()));
  }

  @Override
  public Seq2Seq load(Compute compute) {
    return Seq2Seq.load(folder.path(), compute);
  }

  @Override
  public Seq2SeqBatch batch(List<Seq2SeqRow> rows, Draw draw, Compute compute) {
    int start = folder.config().json().path("decoder_start_token_id").asInt(); // seen to by load
    return Seq2SeqBatch.of(rows, start, compute);
  }

  @Override
  public Tensor hidden(Seq2Seq model, Seq2SeqBatch batch) {
    return model.hidden(batch.input(), batch.sources(), batch.decoder());
  }

  @Override
  public Tensor scores(Seq2Seq model, Tensor hidden) {
    return model.logits(hidden);
  }

  @Override
  public Tensor targets(Seq2SeqBatch batch) {
    return batch.targets();
  }

  @Override
  public Set<Measure> measures() {
    return Set.of(Measure.ACCURACY, Measure.ROUGE_L, Measure.EXACT_MATCH);
  }

  @Override
  public Tally<Seq2SeqRow> tally() {
    return new TokenTally<>();
  }

  @Override
  public boolean writes() {
    return true;
  }

  /** Answers have at most as many tokens as the texts to learn. */
  @Override
  public Exam exam(Seq2Seq model, Corpus<Seq2SeqRow> corpus, Asking asking) {
    int longest = Math.min(asking.maxNewTokens(), rows.maxTarget());
    Generator generator =
        new Generator(
            Generative.of(model),
            ids -> folder.tokenizer().decode(ids, true),
            asking.sampling(),
            new Generator.Limits(longest, folder.endTokens(), List.of()),
            Budget.rows(WrittenExam.AT_ONCE));
    return new WrittenExam(
        corpus.questions().stream()
            .limit(asking.prompts())
            .map(sample -> prompt(sample, corpus))
            .toList(),
        prompts ->
            generator.generate(prompts, asking.seed()).stream().map(Exam.Answer::of).toList(),
        task -> corpus.tasks().tell(model, task),
        Map.of(
            Measure.ROUGE_L,
            (expected, answer) -> RougeL.PLAIN.score(expected, answer).f1(),
            Measure.EXACT_MATCH,
            WrittenExam::exact));
  }

  private Prompt prompt(Sample sample, Corpus<Seq2SeqRow> corpus) {
    Example.PromptCompletion both = (Example.PromptCompletion) sample.example();
    return new Prompt(
        rows.input(both.prompt()).cut(corpus.maxLength()).ids(),
        new Posed(both, both.completion()).question(sample),
        corpus.tasks().number(sample));
  }

  @Override
  public List<String> next(String voice) {
    return List.of("./luthier generate %s --plain \"%sa text\"".formatted(voice, rows.prefix()));
  }
}
