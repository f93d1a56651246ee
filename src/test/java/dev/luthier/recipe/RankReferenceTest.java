package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.data.ChoiceRow;
import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.data.Question;
import dev.luthier.data.Seq2SeqBatch;
import dev.luthier.data.Seq2SeqRow;
import dev.luthier.data.TokenRow;
import dev.luthier.data.TrainingRow;
import dev.luthier.loss.Loss;
import dev.luthier.loss.TFew;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Model;
import dev.luthier.model.Seq2Seq;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The loss of T-Few, its gradient and the probabilities of the choices against the paper's formulas
 * on transformers' models, which were computed choice by choice in float64
 * (src/test/resources/tfew/README.md).
 */
class RankReferenceTest {
  private static final JsonNode ALL =
      Golden.json(Path.of("src/test/resources/tfew/reference.json"));
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static int[] ints(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static Question question(JsonNode row) {
    List<String> choices = new ArrayList<>();
    row.path("choices").forEach(choice -> choices.add(choice.asText()));
    if (row.path("prompt").isTextual()) {
      return new Question.Plain(row.path("prompt").asText(), choices);
    }
    List<Message> messages = new ArrayList<>();
    row.path("prompt")
        .forEach(
            m -> messages.add(Message.of(m.path("role").asText(), m.path("content").asText())));
    return new Question.Chat(messages, choices);
  }

  private static int[] learnt(TokenRow row) {
    return IntStream.range(0, row.length())
        .filter(i -> row.trained()[i])
        .map(i -> row.ids()[i])
        .toArray();
  }

  @Test
  void decoder() {
    JsonNode expected = ALL.path("tiny_base");
    try (ModelFolder folder = ModelFolder.open(Path.of("models/tiny-base"));
        CausalLm model = folder.load(Compute.CPU)) {
      RankLesson<TokenRow, ?, CausalLm> lesson =
          RankLesson.above(
              RankLesson.decoder(folder), RankClassify.usual(), folder, Optional.empty());
      List<ChoiceRow<TokenRow>> rows = new ArrayList<>();
      for (JsonNode row : expected.path("rows")) {
        rows.add(lesson.rows().make(new Example.Choice(question(row), row.path("answer").asInt())));
      }
      for (int i = 0; i < rows.size(); i++) {
        for (int c = 0; c < rows.get(i).each().size(); c++) {
          JsonNode tokens = expected.path("ids").get(i).get(c);
          TokenRow ours = rows.get(i).each().get(c);
          assertThat(ours.ids()).as("row %d, choice %d", i, c).isEqualTo(ints(tokens.path("ids")));
          assertThat(learnt(ours)).isEqualTo(ints(tokens.path("learnt")));
        }
      }
      same(lesson, model, rows, expected);
    }
  }

  /** Choices as tokens, since the model has no tokenizer; the sources are read once. */
  @Test
  void encoderWithDecoder() {
    JsonNode expected = ALL.path("t5");
    try (Seq2Seq model = Seq2Seq.load(Golden.SHIPPED.resolve("t5/model"), Compute.CPU)) {
      List<ChoiceRow<Seq2SeqRow>> rows = new ArrayList<>();
      for (JsonNode row : expected.path("rows")) {
        List<Seq2SeqRow> each = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (JsonNode choice : row.path("choices")) {
          names.add(String.valueOf(each.size()));
          each.add(new Seq2SeqRow(ints(row.path("ids")), ints(choice)));
        }
        rows.add(new ChoiceRow<>(new Question.Plain("", names), each, row.path("answer").asInt()));
      }
      Seq2SeqBatch flat =
          Seq2SeqBatch.of(
              rows.stream().flatMap(r -> r.each().stream()).toList(), model.start(), Compute.CPU);
      assertThat(flat.input().count()).isEqualTo(2);
      assertThat(flat.sources()).containsExactly(0, 0, 0, 1, 1);
      ChoiceBatch<Seq2SeqBatch> batch = ChoiceBatch.of(rows, flat, Compute.CPU);
      model.parameters().forEach(p -> p.trainable(true));
      Tensor logits =
          model.logits(model.hidden(flat.input(), flat.sources(), flat.decoder())); // (M, V)
      Loss loss = new TFew().of(batch.scores(logits, flat.targets()), batch.right(), rows.size());
      same(loss, model, expected);
      float[] likely = Ops.toFloats(batch.scores(logits, flat.targets()).means().softmax(1));
      sameProbabilities(likely, batch.choices(), expected);
    }
  }

  private static <R extends TrainingRow, B, M extends Model> void same(
      RankLesson<R, B, M> lesson, M model, List<ChoiceRow<R>> rows, JsonNode expected) {
    model.parameters().forEach(p -> p.trainable(true));
    ChoiceBatch<B> batch = lesson.batch(rows, Draw.evaluation(1, rows.size()), Compute.CPU);
    same(
        lesson.objective(model, new dev.luthier.loss.Chunk.Auto()).of(batch, rows.size()),
        model,
        expected);
    sameProbabilities(Ops.toFloats(lesson.probabilities(model, batch)), batch.choices(), expected);
    // in parts: the same sum
    double parts = 0;
    for (ChoiceRow<R> row : rows) {
      ChoiceBatch<B> one = lesson.batch(List.of(row), Draw.evaluation(1, 1), Compute.CPU);
      parts +=
          lesson
              .objective(model, new dev.luthier.loss.Chunk.Auto())
              .of(one, rows.size())
              .total()
              .item_double();
    }
    double whole =
        lesson
            .objective(model, new dev.luthier.loss.Chunk.Auto())
            .of(batch, rows.size())
            .total()
            .item_double();
    assertThat(parts).isCloseTo(whole, within(1e-5 * whole));
  }

  private static void same(Loss loss, Model model, JsonNode expected) {
    for (Loss.Term term : loss.terms()) {
      Golden.sameLoss(
          term.value().item_double(), expected.path(term.name().replace("loss_", "")).asDouble());
    }
    loss.total().backward();
    expected
        .path("gradients")
        .properties()
        .forEach(
            e -> {
              Parameter weight =
                  model.parameters().stream()
                      .filter(p -> p.name().equals(e.getKey()))
                      .findFirst()
                      .orElseThrow();
              Golden.sameGradient(e.getKey(), weight.value().grad(), e.getValue(), 0);
            });
  }

  private static void sameProbabilities(float[] ours, int choices, JsonNode expected) {
    for (int i = 0; i < expected.path("probabilities").size(); i++) {
      JsonNode row = expected.path("probabilities").get(i);
      for (int c = 0; c < choices; c++) {
        assertThat((double) ours[i * choices + c]).isCloseTo(row.path(c).asDouble(0), within(1e-4));
      }
    }
  }
}
