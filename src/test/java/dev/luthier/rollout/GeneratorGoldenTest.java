package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.data.Tokenizer;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Seq2Seq;
import dev.luthier.rollout.Completion.Finish;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Greedy texts equal to those of the peers: transformers, and llama2.c for the stories. */
class GeneratorGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> greedyEqualsTransformers() {
    return Golden.entries()
        .filter(name -> Files.exists(Golden.DIR.resolve(name).resolve("greedy.json")))
        .map(name -> DynamicTest.dynamicTest(name, () -> greedy(Golden.DIR.resolve(name))));
  }

  private static void greedy(Path dir) {
    JsonNode golden = Golden.json(dir.resolve("greedy.json"));
    int[] prompt = ints(golden.path("prompt").get(0));
    int[] whole = ints(golden.path("greedy").get(0));
    try (Model model = Golden.built(() -> Models.load(dir.resolve("model"), Compute.CPU))) {
      assumeTrue(model instanceof CausalLm || model instanceof Seq2Seq, "it does not write");
      boolean reads = model instanceof Seq2Seq; // then the text begins with the start token alone
      int[] text = Arrays.copyOfRange(whole, reads ? 1 : prompt.length, whole.length);
      Generator.Limits limits = new Generator.Limits(text.length, Set.of(), List.of());
      Generator generator =
          new Generator(Generative.of(model), ids -> "", Sampling.GREEDY, limits, Budget.rows(8));
      assertThat(generator.generate(List.of(prompt), 0).get(0).ids()).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void tinyBaseWritesWhatTransformersWrites(int maxBatch) throws IOException {
    Path dir = Path.of("models", "tiny-base");
    JsonNode golden = JSON.readTree(dir.resolve("reference.json").toFile()).path("greedy");
    List<int[]> prompts = new ArrayList<>();
    golden.forEach(g -> prompts.add(ints(g.path("input_ids"))));
    try (CausalLm model = CausalLm.load(dir, Compute.CPU);
        Tokenizer tokenizer = Tokenizer.load(dir)) {
      Generator generator =
          new Generator(
              model,
              ids -> tokenizer.decode(ids, true),
              Sampling.GREEDY,
              new Generator.Limits(40, Set.of(2), List.of()),
              maxBatch);
      List<Completion> completions = generator.generate(prompts, 0);
      for (int i = 0; i < prompts.size(); i++) {
        int[] whole = ints(golden.get(i).path("output_ids"));
        assertThat(completions.get(i).ids())
            .as(golden.get(i).path("prompt").asText())
            .isEqualTo(Arrays.copyOfRange(whole, prompts.get(i).length, whole.length));
        assertThat(completions.get(i).text()).isEqualTo(golden.get(i).path("text").asText());
      }
    }
  }

  @Test
  void stories260KTellsItsStory() throws IOException {
    Path dir = Path.of("..", "shared", "models", "stories260K");
    assumeTrue(Files.exists(dir), "stories260K is not here; it is not shipped");
    String golden = Files.readString(dir.resolve("greedy.txt")).stripTrailing();
    // llama2.c printed 256 tokens, its default; the story itself goes on and ends with token 1.
    assertThat(story(dir, 256).text()).isEqualTo(golden);
    Completion whole = story(dir, 500);
    assertThat(whole.text()).startsWith(golden);
    assertThat(whole.finish()).isEqualTo(Finish.END);
    assertThat(whole.ids()).endsWith(1);
  }

  private static Completion story(Path dir, int tokens) {
    StringBuilder heard = new StringBuilder();
    try (CausalLm model = CausalLm.load(dir, Compute.CPU);
        Tokenizer tokenizer = Tokenizer.load(dir)) {
      Generator generator =
          new Generator(
              model,
              ids -> tokenizer.decode(ids, true),
              Sampling.GREEDY,
              new Generator.Limits(tokens, Set.of(1, 2), List.of()),
              1);
      List<int[]> prompts = List.of(new int[] {1});
      Completion story = generator.generate(prompts, 1, 0, (i, text) -> heard.append(text)).get(0);
      assertThat(heard).hasToString(story.text());
      return story;
    }
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    Arrays.setAll(out, i -> array.get(i).asInt());
    return out;
  }
}
