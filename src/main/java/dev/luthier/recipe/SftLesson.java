package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Packer;
import dev.luthier.data.Sample;
import dev.luthier.data.SftTokenizer;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Chunked;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.recipe.WrittenExam.Prompt;
import dev.luthier.rollout.Generator;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Objective;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import org.bytedeco.pytorch.Tensor;

/** Supervised fine-tuning of a decoder: cross-entropy on the learnt tokens, answers written. */
record SftLesson(Sft sft, ModelFolder folder, SftTokenizer rows)
    implements TokenLesson<TokenRow, TokenBatch, CausalLm> {

  static SftLesson of(Sft sft, ModelFolder folder) {
    return new SftLesson(
        sft, folder, new SftTokenizer(folder.tokenizer(), folder.renderer(), sft.lossOn()));
  }

  /** The objective alone, for those who have no recipe. */
  static Objective<TokenBatch> objectiveOf(CausalLm model) {
    long tokens = new Chunk.Auto().tokens(model.config().vocabSize(), model.compute());
    HeadLoss loss =
        new HeadLoss(new Chunked(model::logits, tokens, model.compute()), model::plainHead);
    return (batch, denominator) ->
        loss.of(states(model, batch), batch.targets(), denominator, new CrossEntropy()::of);
  }

  @Override
  public CausalLm load(Compute compute) {
    return folder.load(compute);
  }

  @Override
  public TokenBatch batch(List<TokenRow> rows, Draw draw, Compute compute) {
    return TokenBatch.of(rows, compute);
  }

  @Override
  public Tensor hidden(CausalLm model, TokenBatch batch) {
    return states(model, batch);
  }

  @Override
  public Tensor scores(CausalLm model, Tensor hidden) {
    return model.logits(hidden);
  }

  @Override
  public Optional<Tensor> plainHead(CausalLm model) {
    return model.plainHead();
  }

  /** The head sees only the positions that predict a learnt token, (M, H). */
  private static Tensor states(CausalLm model, TokenBatch batch) {
    return model.hidden(batch.input()).index_select(0, batch.positions());
  }

  @Override
  public Tensor targets(TokenBatch batch) {
    return batch.targets();
  }

  @Override
  public List<List<TokenRow>> bins(List<TokenRow> rows, int maxLength) {
    return sft.packing() == Sft.Packing.BEST_FIT
        ? Packer.pack(rows, maxLength)
        : TokenLesson.super.bins(rows, maxLength);
  }

  @Override
  public Set<Measure> measures() {
    return Set.of(Measure.ACCURACY, Measure.EXACT_MATCH);
  }

  @Override
  public Tally<TokenRow> tally() {
    return new TokenTally<>();
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public Exam exam(CausalLm model, Corpus<TokenRow> corpus, Asking asking) {
    return exam(model, corpus, asking, Map.of(Measure.EXACT_MATCH, WrittenExam::exact));
  }

  /**
   * The same for any rows whose examples are written.
   *
   * @param marking what an answer is worth beside the expected one
   */
  Exam exam(
      CausalLm model,
      Corpus<?> corpus,
      Asking asking,
      Map<Measure, ToDoubleBiFunction<String, String>> marking) {
    Generator generator = generator(model, asking);
    return new WrittenExam(
        prompts(model, corpus, asking.prompts()),
        prompts ->
            generator.generate(prompts, asking.seed()).stream().map(Exam.Answer::of).toList(),
        task -> corpus.tasks().tell(model, task),
        marking);
  }

  Generator generator(CausalLm model, Asking asking) {
    return new Generator(
        model,
        ids -> folder.tokenizer().decode(ids, true),
        asking.sampling(),
        new Generator.Limits(asking.maxNewTokens(), folder.endTokens(), List.of()),
        WrittenExam.AT_ONCE);
  }

  /**
   * Up to so many rows with a prompt and an answer, from the top of the evaluation, that leave room
   * for one; of judged answers each prompt once.
   */
  List<Prompt> prompts(CausalLm model, Corpus<?> corpus, int most) {
    Generative writing = Generative.of(model);
    Set<Object> seen = new HashSet<>();
    return corpus.questions().stream()
        .filter(s -> !(s.example() instanceof Example.Answers a) || seen.add(a.prompt()))
        .flatMap(s -> Posed.of(s.example()).map(posed -> prompt(posed, s, corpus)).stream())
        .filter(p -> writing.room(p.ids().length) > 0)
        .limit(most)
        .toList();
  }

  private Prompt prompt(Posed posed, Sample sample, Corpus<?> corpus) {
    int[] ids =
        posed.answered() instanceof Example.ChatCompletion chat
            ? rows.prompt(chat.prompt(), chat.tools())
            : rows.prompt((String) posed.answered().prompt());
    return new Prompt(ids, posed.question(sample), corpus.tasks().number(sample));
  }

  @Override
  public List<String> next(String voice) {
    return List.of("./luthier chat " + voice);
  }
}
