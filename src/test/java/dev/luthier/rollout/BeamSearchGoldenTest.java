package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Hypotheses and scores equal to those of transformers: all lengths of beams, penalties and ways of
 * stopping, among them cases in which the three ways of stopping end differently.
 */
class BeamSearchGoldenTest {
  private static final List<JsonNode> CASES =
      Stream.of("causal.json", "seq2seq.json")
          .map(name -> Golden.json(Path.of("src/test/resources/beams", name)).path("cases"))
          .flatMap(cases -> StreamSupport.stream(cases.spliterator(), false))
          .toList();
  private static final Map<String, Model> MODELS = new HashMap<>();

  @AfterAll
  static void close() {
    MODELS.values().forEach(Model::close);
    MODELS.clear();
  }

  @TestFactory
  Stream<DynamicTest> equalTransformers() {
    return CASES.stream()
        .map(c -> DynamicTest.dynamicTest(name(c), () -> same(c, found(List.of(c)).get(0))));
  }

  /** Prompts that share all settings give the same together, and with memory for one at a time. */
  @TestFactory
  Stream<DynamicTest> togetherAsAlone() {
    Map<String, List<JsonNode>> alike = new HashMap<>();
    CASES.forEach(c -> alike.computeIfAbsent(settings(c), k -> new ArrayList<>()).add(c));
    return alike.values().stream()
        .filter(cases -> cases.size() > 2)
        .map(
            cases ->
                DynamicTest.dynamicTest(
                    name(cases.get(0)),
                    () -> {
                      List<List<BeamSearch.Beam>> found = found(cases);
                      for (int i = 0; i < cases.size(); i++) {
                        same(cases.get(i), found.get(i));
                      }
                    }));
  }

  private static List<List<BeamSearch.Beam>> found(List<JsonNode> cases) {
    JsonNode c = cases.get(0);
    Model model =
        MODELS.computeIfAbsent(c.path("model").asText(), m -> Models.load(Path.of(m), Compute.CPU));
    Beams beams =
        new Beams(
            c.path("beams").asInt(),
            c.path("hypotheses").size(),
            c.path("length_penalty").asDouble(),
            switch (c.path("early_stopping").asText()) {
              case "true" -> Beams.Stopping.FIRST;
              case "false" -> Beams.Stopping.LIKELY;
              default -> Beams.Stopping.CERTAIN;
            });
    Set<Integer> ends = new HashSet<>();
    c.path("eos").forEach(e -> ends.add(e.asInt()));
    Generator.Limits limits =
        new Generator.Limits(c.path("max_new_tokens").asInt(), ends, List.of());
    return new BeamSearch(
            Generative.of(model), ids -> Arrays.toString(ids), beams, limits, Budget.rows(7))
        .search(cases.stream().map(x -> ints(x.path("prompt"))).toList())
        .beams();
  }

  private static void same(JsonNode c, List<BeamSearch.Beam> found) {
    assertThat(found).hasSize(c.path("hypotheses").size());
    for (int i = 0; i < found.size(); i++) {
      JsonNode expected = c.path("hypotheses").get(i);
      BeamSearch.Beam beam = found.get(i);
      assertThat(beam.completion().ids()).isEqualTo(ints(expected.path("ids")));
      double score = expected.path("score").asDouble();
      assertThat(beam.score()).isCloseTo(score, within(1e-5 * Math.abs(score)));
      double sum = 0;
      for (float logProb : beam.completion().logProbs()) {
        sum += logProb;
      }
      double weight = Math.pow(beam.completion().ids().length, c.path("length_penalty").asDouble());
      assertThat(sum / weight).isCloseTo(score, within(1e-5 * Math.abs(score)));
    }
  }

  private static String settings(JsonNode c) {
    return "%s, %d beams, penalty %s, early stopping %s, ends %s"
        .formatted(
            c.path("model").asText(),
            c.path("beams").asInt(),
            c.path("length_penalty").asText(),
            c.path("early_stopping").asText(),
            c.path("eos"));
  }

  private static String name(JsonNode c) {
    return settings(c) + ", prompt of " + c.path("prompt").size();
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    Arrays.setAll(out, i -> array.get(i).asInt());
    return out;
  }
}
