package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.data.Packer;
import dev.luthier.data.Sample;
import dev.luthier.data.SftTokenizer;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Chunked;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.recipe.Exam.Question;
import dev.luthier.recipe.WrittenExam.Prompt;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Objective;
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
  public Exam exam(CausalLm model, Corpus<TokenRow> corpus, EvalSpec spec) {
    return exam(model, corpus, spec, Map.of(Measure.EXACT_MATCH, WrittenExam::exact));
  }

  /**
   * The same for any rows whose examples are written.
   *
   * @param marking what an answer is worth beside the expected one
   */
  Exam exam(
      CausalLm model,
      Corpus<?> corpus,
      EvalSpec spec,
      Map<Measure, ToDoubleBiFunction<String, String>> marking) {
    Generator generator =
        new Generator(
            model,
            ids -> folder.tokenizer().decode(ids, true),
            Sampling.GREEDY,
            new Generator.Limits(spec.maxNewTokens(), folder.endTokens(), List.of()),
            WrittenExam.AT_ONCE);
    return new WrittenExam(
        prompts(corpus, spec.generate()),
        prompts -> generator.generate(prompts, 0).stream().map(Completion::text).toList(),
        task -> corpus.tasks().tell(model, task),
        marking);
  }

  /** Up to so many rows with a prompt and an answer, from the top of the evaluation. */
  private List<Prompt> prompts(Corpus<?> corpus, int most) {
    return corpus.questions().stream()
        .flatMap(s -> prompt(s.example(), corpus.tasks().number(s)).stream())
        .limit(most)
        .toList();
  }

  /** The rows of those. */
  List<Sample> asked(Corpus<?> corpus, int most) {
    return corpus.questions().stream()
        .filter(s -> prompt(s.example(), 0).isPresent())
        .limit(most)
        .toList();
  }

  private Optional<Prompt> prompt(Example example, int task) {
    if (example instanceof Example.Answers judged) {
      return prompt(judged.each().get(0), task); // of a pair the better one
    }
    if (example instanceof Example.Chat chat) {
      int last = chat.messages().size() - 1;
      boolean answered = last > 0 && chat.messages().get(last).isAssistant();
      return answered
          ? chat(chat.messages().subList(0, last), chat.messages().get(last), chat.tools(), task)
          : Optional.empty();
    }
    if (example instanceof Example.ChatCompletion chat) {
      return chat.completion().size() == 1
          ? chat(chat.prompt(), chat.completion().get(0), chat.tools(), task)
          : Optional.empty();
    }
    if (example instanceof Example.PromptCompletion plain) {
      Question question = new Question(plain.prompt(), plain.completion());
      return Optional.of(new Prompt(rows.prompt(plain.prompt()), question, task));
    }
    return Optional.empty();
  }

  private Optional<Prompt> chat(
      List<Message> before, Message answer, List<Map<String, Object>> tools, int task) {
    if (!(answer.fields().get("content") instanceof String expected)) {
      return Optional.empty(); // a tool call has no text to compare
    }
    Message asked = before.get(before.size() - 1);
    String text = String.valueOf(asked.fields().getOrDefault("content", ""));
    return Optional.of(new Prompt(rows.prompt(before, tools), new Question(text, expected), task));
  }

  @Override
  public List<String> next(String voice) {
    return List.of("./luthier chat " + voice);
  }
}
