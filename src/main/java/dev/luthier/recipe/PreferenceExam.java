package dev.luthier.recipe;

import dev.luthier.data.MicroBatch;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.metric.SampledKl;
import dev.luthier.model.CausalLm;
import dev.luthier.recipe.WrittenExam.Prompt;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * An exam of a policy that learns from judged answers. Its marks are of answers that it draws from
 * its own distribution: how far it went from the reference ({@link SampledKl}), and how long they
 * are. Letters: M tokens of all answers.
 *
 * @param written the same questions, to be answered as they are asked
 * @param prompts of these questions
 * @param whose tells the model which task is asked for
 */
record PreferenceExam(
    Exam written,
    List<Prompt> prompts,
    SftLesson writing,
    CausalLm model,
    Asking asking,
    IntConsumer whose,
    Yardstick yardstick,
    Chunk chunk)
    implements Exam {
  private static final MicroBatch AT_ONCE = new MicroBatch.Tokens(4096);

  static PreferenceExam of(
      SftLesson writing, CausalLm model, Corpus<?> corpus, Asking asking, Yardstick yardstick) {
    return new PreferenceExam(
        writing.exam(model, corpus, asking, Map.of()),
        writing.prompts(model, corpus, asking.prompts()),
        writing,
        model,
        asking.drawn(),
        task -> corpus.tasks().tell(model, task),
        yardstick,
        new Chunk.Auto());
  }

  @Override
  public List<Question> questions() {
    return written.questions();
  }

  @Override
  public List<Answer> answers(int most) {
    return written.answers(most);
  }

  @Override
  public Map<String, String> notMeasured() {
    return prompts.isEmpty() || yardstick.model().isPresent()
        ? Map.of()
        : Map.of("reference kl", "not measured: " + yardstick.why());
  }

  @Override
  public Marks marks() {
    if (prompts.isEmpty()) {
      return written.marks();
    }
    SampledKl kl = SampledKl.NONE;
    long tokens = 0;
    for (int task : prompts.stream().mapToInt(Prompt::task).distinct().sorted().toArray()) {
      whose.accept(task);
      List<TokenRow> drawn = draw(prompts.stream().filter(p -> p.task() == task).toList());
      tokens += drawn.stream().mapToLong(TokenRow::targets).sum();
      for (List<TokenRow> part : AT_ONCE.split(drawn)) {
        kl = yardstick.model().isPresent() ? measured(part, yardstick.model().get(), kl) : kl;
      }
    }
    Map<Measure, Double> out = new EnumMap<>(Measure.class);
    out.put(Measure.ANSWER_TOKENS, (double) tokens / prompts.size());
    if (yardstick.model().isPresent()) {
      out.put(Measure.REFERENCE_KL, kl.perAnswer());
      out.put(Measure.REFERENCE_KL_K1, kl.perAnswerByK1());
      out.put(Measure.REFERENCE_KL_TOKEN, kl.perToken());
    }
    return new Marks(out, Map.of());
  }

  /** The prompts with an answer each, whose tokens are the learnt ones. */
  private List<TokenRow> draw(List<Prompt> own) {
    List<Completion> made =
        writing
            .generator(model, asking)
            .generate(own.stream().map(Prompt::ids).toList(), asking.seed());
    List<TokenRow> out = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      out.add(TokenRow.answering(own.get(i).ids(), made.get(i).ids()));
    }
    return out;
  }

  /** Both models read the answers in the same way, so that rounding is no distance. */
  private SampledKl measured(List<TokenRow> rows, Yardstick.Model reference, SampledKl before) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      TokenBatch batch = TokenBatch.of(rows, model.compute());
      float[] policy = Ops.toFloats(read(model, batch));
      float[] other = Ops.toFloats(reference.read(of -> read(of, batch)));
      SampledKl kl = before;
      int at = 0;
      for (TokenRow row : rows) {
        int end = at + row.targets();
        kl = kl.and(Arrays.copyOfRange(policy, at, end), Arrays.copyOfRange(other, at, end));
        at = end;
      }
      return kl;
    }
  }

  /** log pi(token | all before it) of all answers, (M). */
  private Tensor read(CausalLm with, TokenBatch batch) {
    return writing
        .chunked(with, chunk)
        .logProbabilities(writing.hidden(with, batch), batch.targets());
  }
}
