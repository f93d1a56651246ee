package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures a model on the evaluation rows: loss per target, share of targets that are the likeliest
 * token, and the share of questions answered exactly.
 *
 * @param parts the rows as tokens, cut as they go through the model
 * @param questions those that are answered greedily
 */
record SftEvaluation(
    Adapted<CausalLm> adapted,
    List<List<TokenRow>> parts,
    List<Corpus.Question> questions,
    Generator generator,
    EvalSpec.Metric metric)
    implements Evaluation.Of {
  private static final int AT_ONCE = 64;

  static SftEvaluation of(
      Adapted<CausalLm> adapted, ModelFolder folder, Corpus corpus, Recipe recipe) {
    EvalSpec spec = recipe.eval();
    Generator generator =
        new Generator(
            adapted.model(),
            ids -> folder.tokenizer().decode(ids, true),
            Sampling.GREEDY,
            new Generator.Limits(spec.maxNewTokens(), folder.endTokens(), List.of()),
            AT_ONCE);
    return new SftEvaluation(
        adapted,
        SftSteps.parts(corpus.report().evalRows(), recipe.optim()),
        corpus.questions(spec.generate()),
        generator,
        spec.metric());
  }

  @Override
  public Evaluation apply(long step) {
    adapted.training(false);
    Map<String, Double> values = new LinkedHashMap<>();
    try (AutoGradMode off = Ops.noGrad()) {
      likelihood(values);
      if (!questions.isEmpty()) {
        values.put("eval/exact_match", exactMatch(answers()));
      }
    } finally {
      adapted.training(true);
    }
    double score =
        metric == EvalSpec.Metric.LOSS
            ? -values.getOrDefault("eval/loss", Double.NaN)
            : values.getOrDefault("eval/exact_match", Double.NaN);
    return new Evaluation(values, score, line(values));
  }

  /** The same with the first questions only. */
  SftEvaluation first(int most) {
    List<Corpus.Question> some = questions.subList(0, Math.min(most, questions.size()));
    return new SftEvaluation(adapted, parts, some, generator, metric);
  }

  private String line(Map<String, Double> values) {
    StringBuilder out = new StringBuilder("evaluation");
    out.append(" loss %.4f".formatted(values.get("eval/loss")));
    out.append(", accuracy %.3f".formatted(values.get("eval/accuracy")));
    if (values.containsKey("eval/exact_match")) {
      out.append(
          ", exact match %.3f on %d".formatted(values.get("eval/exact_match"), questions.size()));
    }
    return out.toString();
  }

  private void likelihood(Map<String, Double> values) {
    CausalLm model = adapted.model();
    double loss = 0;
    double right = 0;
    long targets = 0;
    for (List<TokenRow> rows : parts) {
      try (Scope scope = new Scope()) {
        TokenBatch batch = TokenBatch.of(rows, model.compute());
        Tensor logits = model.logits(batch.input(), batch.positions()); // (M, V)
        loss += new CrossEntropy().of(logits, batch.targets(), 1).total().item_double();
        right += logits.argmax(new LongOptional(1), false).eq(batch.targets()).sum().item_double();
        targets += batch.targets().numel();
      }
    }
    values.put("eval/loss", loss / targets);
    values.put("eval/accuracy", right / targets);
  }

  /** The answers to all questions, greedily, in their order. */
  List<String> answers() {
    return generator.generate(questions.stream().map(Corpus.Question::prompt).toList(), 0).stream()
        .map(Completion::text)
        .toList();
  }

  private double exactMatch(List<String> answers) {
    int right = 0;
    for (int i = 0; i < answers.size(); i++) {
      right += answers.get(i).strip().equals(questions.get(i).expected().strip()) ? 1 : 0;
    }
    return (double) right / answers.size();
  }
}
