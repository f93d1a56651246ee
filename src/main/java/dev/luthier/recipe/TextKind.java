package dev.luthier.recipe;

import dev.luthier.data.Encoded;
import dev.luthier.data.Question;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Classes and numbers of whole texts; a tab parts two texts that belong together. */
record TextKind(Classifier model, ModelFolder folder) implements Labeller.Kind {
  private static final double LIKELY = 0.5;

  @Override
  public List<String> say(List<String> texts) {
    return scores(texts.stream().map(this::encoded).toList()).stream().map(this::words).toList();
  }

  /** Of each text how probable every class is; of a model for numbers, the numbers. */
  List<float[]> scores(List<Encoded> rows) {
    long[] types =
        rows.stream().flatMapToInt(row -> Arrays.stream(row.types())).asLongStream().toArray();
    Tensor logits = // (B, L)
        model.logits(
            Sequences.of(rows.stream().map(Encoded::ids).toList(), model.compute()),
            Ops.longs(types, model.compute()));
    Tensor scores =
        switch (model.labels().problem()) {
          case SINGLE -> logits.softmax(1);
          case MULTI -> logits.sigmoid();
          case REGRESSION -> logits;
        };
    float[] all = Ops.toFloats(scores);
    int width = model.labels().count();
    return IntStream.range(0, rows.size())
        .mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width))
        .toList();
  }

  /** The reward of each answer; the best stands first, too. */
  @Override
  public List<String> choose(List<Question> questions) {
    if (model.labels().problem() != Problem.REGRESSION) {
      return Labeller.Kind.super.choose(questions);
    }
    RewardHead head = RewardHead.of(model, folder);
    return questions.stream().map(question -> rewards(question, head)).toList();
  }

  private String rewards(Question question, RewardHead head) {
    List<String> choices = question.choices().stream().map(String::strip).toList();
    List<float[]> scores =
        head.scores(IntStream.range(0, choices.size()).mapToObj(question::answered).toList());
    List<String> scored = scores.stream().map(this::words).toList();
    String told =
        IntStream.range(0, choices.size())
            .mapToObj(i -> choices.get(i) + " " + scored.get(i))
            .collect(Collectors.joining(", "));
    if (model.labels().count() > 1) {
      return told;
    }
    int best =
        IntStream.range(0, choices.size())
            .reduce(0, (a, b) -> scores.get(b)[0] > scores.get(a)[0] ? b : a);
    return "%s  %s  (%s)".formatted(choices.get(best), scored.get(best), told);
  }

  private Encoded encoded(String line) {
    String[] texts = line.split("\t", 2);
    Optional<String> pair = texts.length == 2 ? Optional.of(texts[1]) : Optional.empty();
    return folder.tokenizer().encode(texts[0], pair).cut(model.context());
  }

  private String words(float[] scores) {
    Labels labels = model.labels();
    IntStream all = IntStream.range(0, scores.length);
    return switch (labels.problem()) {
      case SINGLE -> {
        int best = all.reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
        yield "%s  %.3f".formatted(labels.names().get(best), scores[best]);
      }
      case MULTI ->
          all.filter(i -> scores[i] > LIKELY)
              .mapToObj(i -> "%s  %.3f".formatted(labels.names().get(i), scores[i]))
              .collect(Collectors.joining(", "));
      case REGRESSION ->
          all.mapToObj(i -> "%.4f".formatted(scores[i])).collect(Collectors.joining(" "));
    };
  }
}
