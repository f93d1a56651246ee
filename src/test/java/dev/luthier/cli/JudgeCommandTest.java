package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static dev.luthier.cli.Said.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.ChatServer;
import dev.luthier.ChatServer.Sent;
import dev.luthier.TinyRun;
import dev.luthier.data.Columns;
import dev.luthier.data.Form;
import dev.luthier.data.JudgedRow;
import dev.luthier.data.Judgement;
import dev.luthier.data.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code luthier judge}, most of it against an endpoint on the loopback. */
class JudgeCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 40;

  @TempDir Path dir;

  private Path write(String name, int rows, IntFunction<Map<String, Object>> row)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      lines.add(JSON.writeValueAsString(row.apply(i)));
    }
    return Files.write(dir.resolve(name), lines);
  }

  private Path pairs() throws IOException {
    return write(
        "pairs.jsonl",
        ROWS,
        i -> Map.of("prompt", "Well " + i + "?", "chosen", "good " + i, "rejected", "evil " + i));
  }

  private List<JsonNode> lines(String name) throws IOException {
    List<JsonNode> out = new ArrayList<>();
    for (String line : Files.readAllLines(dir.resolve(name))) {
      out.add(JSON.readTree(line));
    }
    return out;
  }

  private String endpoint(ChatServer server, String more) {
    return "{endpoint: {server: {url: '%s', model: m, attempts: 1, timeout: 20, cache: '%s', price: {input: 1, output: 10}}%s}}"
        .formatted(server.url(), dir.resolve("cache.jsonl"), more);
  }

  private Said judge(Path file, String judge, String... more) {
    List<String> args = new ArrayList<>(List.of("judge", file.toString(), "--judge", judge));
    args.addAll(List.of("--out", dir.resolve("out.jsonl").toString()));
    args.addAll(List.of(more));
    return luthier(args.toArray(String[]::new));
  }

  /** Every fourth question: always A. The others: the good answer. Sure by 0.9. */
  private static Sent biased(String question) {
    int number = Integer.parseInt(question.replaceAll("(?s).*Well (\\d+)\\?.*", "$1"));
    boolean a = number % 4 == 0 || question.indexOf("good") < question.indexOf("evil");
    return a
        ? Sent.letter("A", Map.of("A", 0.9, "B", 0.1))
        : Sent.letter("B", Map.of("A", 0.1, "B", 0.9));
  }

  /**
   * Of 40 pairs 10 are decided by position: 0.25 + 0.75 / 2 = 0.625 of the readings choose the
   * first shown, 0.25 of the pairs flip. The mean of both orders leaves these at (0.9 + 0.1) / 2,
   * even, and the other 30 at 0.9, all of them right. 80 requests of 100 and 10 tokens: 0.008 +
   * 0.008.
   */
  @Test
  void aBiasOfAnEndpointIsMeasuredAndTakenOut() throws IOException {
    try (ChatServer server = new ChatServer(JudgeCommandTest::biased)) {
      Said said = judge(pairs(), endpoint(server, ""));
      assertThat(said.code()).as(said.all()).isZero();
      assertThat(said.out())
          .contains("judged     40 pairs: 30 decided, 10 even, 0 without a verdict")
          .contains("80 requests, 0 more answered from the cache; 8000 tokens in, 800 out: 0.0160")
          .contains("the first shown is chosen in 0.625")
          .contains("on 1.000 (0.886 - 1.000) of 30 decided pairs; 10 more are even")
          .contains("warning    the judge has a taste for a position");
      JsonNode report = JSON.readTree(dir.resolve("out.jsonl.report.json").toFile());
      assertThat(report.at("/position/first_shown_chosen/rate").asDouble()).isEqualTo(0.625);
      assertThat(report.at("/position/flips/rate").asDouble()).isEqualTo(0.25);
      assertThat(report.at("/labels/kappa").asDouble()).isEqualTo(1);
      JsonNode even = lines("out.jsonl").get(4);
      assertThat(even.path("probability").asDouble()).isCloseTo(0.5, within(1e-9));
      assertThat(even.at("/judge/shown_first").asDouble()).isCloseTo(0.9, within(1e-9));
      assertThat(even.at("/judge/shown_second").asDouble()).isCloseTo(0.1, within(1e-9));
      assertThat(lines("out.jsonl").get(1).path("probability").asDouble())
          .isCloseTo(0.9, within(1e-9));

      // again, with all that was judged thrown away but the endpoint's answers: nothing is asked
      Files.delete(dir.resolve("out.jsonl.verdicts.jsonl"));
      Said again = judge(pairs(), endpoint(server, ""), "--least", "0.8");
      assertThat(again.out()).contains("0 requests, 80 more answered from the cache");
      assertThat(server.questions()).hasSize(80);
      assertThat(lines("out.jsonl")).hasSize(30);
    }
  }

  /** The soft labels are read as such by the methods that learn from pairs. */
  @Test
  void whatIsWrittenCanBeLearnt() throws IOException {
    Path file =
        write(
            "ab.jsonl",
            4,
            i ->
                Map.of(
                    "prompt",
                    "Well?",
                    "answer_a",
                    "evil " + i,
                    "answer_b",
                    "good " + i,
                    "model_a",
                    "x",
                    "model_b",
                    "y",
                    "source",
                    "s"));
    Said said = judge(file, "{scorer: {of: {regex: {pattern: good}}}}", "--self", "y");
    assertThat(said.code()).as(said.all()).isZero();
    assertThat(said.out())
        .contains("their order cannot matter")
        .contains("agreement  not to be told: the file has no labels")
        .contains("self       answers of y win in 1.000");
    JsonNode row = lines("out.jsonl").get(2);
    assertThat(row.path("chosen").asText()).isEqualTo("good 2");
    assertThat(row.path("rejected").asText()).isEqualTo("evil 2");
    assertThat(row.path("chosen_model").asText()).isEqualTo("y"); // went along
    assertThat(row.path("rejected_model").asText()).isEqualTo("x");
    assertThat(row.path("source").asText()).isEqualTo("s");
    assertThat(row.has("answer_a")).isFalse();
    JudgedRow.All read =
        JudgedRow.read(
            dir.resolve("out.jsonl").toString(), Optional.empty(), new Columns(Map.of()));
    assertThat(read.rows().get(2).answers().judgement()).isEqualTo(new Judgement.Preferred(1, 0));
  }

  @Test
  void ofSeveralAnswersTheBestAndTheWorst() throws IOException {
    Path file =
        write(
            "several.jsonl",
            2,
            i -> Map.of("prompt", "Well?", "answers", List.of("a b", "a b c d", "a", "a b c")));
    String shorter = "{scorer: {of: {length: {most: 1, slack: 9}}}}";
    assertThat(judge(file, shorter).code()).isZero();
    assertThat(lines("out.jsonl")).hasSize(2);
    assertThat(lines("out.jsonl").get(0).path("chosen").asText()).isEqualTo("a");
    assertThat(lines("out.jsonl").get(0).path("rejected").asText()).isEqualTo("a b c d");
    assertThat(judge(file, shorter, "--keep", "all").code()).isZero();
    assertThat(lines("out.jsonl")).hasSize(12); // 4 x 3 / 2 of each row
  }

  @Test
  void anEndpointThatDisappearsEndsItWithOneLineAndItGoesOnFromThere() throws IOException {
    AtomicInteger left = new AtomicInteger(50);
    try (ChatServer server =
        new ChatServer(q -> left.getAndDecrement() > 0 ? biased(q) : Sent.CUT)) {
      Said gone = judge(pairs(), endpoint(server, ""));
      assertThat(gone.code()).isEqualTo(1);
      assertThat(gone.err().lines().filter(line -> line.startsWith("error: ")))
          .singleElement()
          .asString()
          .contains("cannot be reached")
          .contains("what was answered is kept, the same command goes on");
      assertThat(dir.resolve("out.jsonl")).doesNotExist();
      int before = server.questions().size();
      left.set(Integer.MAX_VALUE);
      Said back = judge(pairs(), endpoint(server, ""));
      assertThat(back.code()).as(back.all()).isZero();
      assertThat(back.out()).contains("30 requests, 50 more answered from the cache");
      assertThat(server.questions()).hasSize(before + 30);
      assertThat(new HashSet<>(server.questions())).hasSize(80);
      assertThat(lines("out.jsonl")).hasSize(ROWS);
    }
  }

  @Test
  void aJudgeThatSaysNothingEndsIt() throws IOException {
    try (ChatServer server = new ChatServer(q -> Sent.text("It depends."))) {
      Said said = judge(pairs(), endpoint(server, ", logprobs: false"));
      assertThat(said.code()).isEqualTo(2);
      assertThat(said.err())
          .endsWith(
              "error: the judge gives no verdict on 40 of 40 pairs; look at its template, or take"
                  + " another model\n");
    }
  }

  @Test
  void answersAreRevised() throws IOException {
    Path file =
        write(
            "chats.jsonl",
            3,
            i ->
                Map.of(
                    "prompt", List.of(Map.of("role", "user", "content", "Well " + i + "?")),
                    "completion", List.of(Map.of("role", "assistant", "content", "No."))));
    try (ChatServer server =
        new ChatServer(q -> Sent.text(q.contains("[Critique]") ? "Yes, gladly." : "Too curt."))) {
      String judge = endpoint(server, ", way: {constitution: {principles: Be kind.}}");
      Said said = judge(file, judge, "--revise");
      assertThat(said.code()).as(said.all()).isZero();
      JsonNode row = lines("out.jsonl").get(2);
      assertThat(row.path("prompt").asText()).isEmpty(); // messages
      assertThat(row.at("/prompt/0/content").asText()).isEqualTo("Well 2?");
      assertThat(row.at("/chosen/0/content").asText()).isEqualTo("Yes, gladly.");
      assertThat(row.at("/rejected/0/content").asText()).isEqualTo("No.");
      assertThat(row.path("critique").asText()).isEqualTo("Too curt.");
      assertThat(server.questions()).hasSize(6);
      assertThat(judge(file, judge, "--revise").code()).isZero();
      assertThat(server.questions()).hasSize(6);
      Form.Reading learnt =
          Form.PROMPT_COMPLETION.read(
              new Columns(Map.of("completion", "chosen"))
                  .rename(new Row(JSON.convertValue(row, new TypeReference<>() {}), "row 1")));
      assertThat(learnt).isInstanceOf(Form.Reading.Accepted.class);
      assertThat(judge(file, endpoint(server, ""), "--revise").err())
          .contains("error: --revise needs a judge with a constitution");
    }
  }

  /** A model answers, judges its own answers, and what it finds best and worst are pairs. */
  @Test
  void aRoundOfSelfReward() throws IOException {
    TinyRun run = TinyRun.in(dir.resolve("tiny"));
    Path template = Files.writeString(dir.resolve("grade.txt"), "{answer} of {prompt}: {most}");
    String judge =
        "{local: {folder: '%s', way: {rubric: {template: '%s'}}}}".formatted(run.model(), template);
    Path prompts = write("prompts.jsonl", 3, i -> Map.of("prompt", "Say " + i));
    String[] more = {
      "--answers",
      run.model().toString(),
      "--samples",
      "3",
      "--max-new-tokens",
      "6",
      "--device",
      "cpu"
    };
    Said said = judge(prompts, judge, more);
    assertThat(said.code()).as(said.all()).isZero();
    List<JsonNode> answers = lines("out.jsonl.answers.jsonl");
    List<JsonNode> rows = lines("out.jsonl");
    assertThat(rows).hasSameSizeAs(answers);
    for (int i = 0; i < rows.size(); i++) {
      List<String> written = new ArrayList<>();
      answers.get(i).path("answers").forEach(answer -> written.add(answer.asText()));
      assertThat(written).contains(rows.get(i).path("chosen").asText());
      assertThat(written).contains(rows.get(i).path("rejected").asText());
      assertThat(rows.get(i).path("probability").asDouble()).isBetween(0.5, 1.0);
    }
    String before = Files.readString(dir.resolve("out.jsonl"));
    assertThat(judge(prompts, judge, more).code()).isZero();
    assertThat(dir.resolve("out.jsonl")).hasContent(before); // the same answers, and verdicts
  }

  private static void refused(Said said, String line) {
    assertThat(said.code()).as(said.all()).isEqualTo(2);
    assertThat(said.err().lines().reduce((a, b) -> b).orElse(""))
        .startsWith("error: ")
        .contains(line);
    assertThat(said.err()).doesNotContain("\tat ");
  }

  @Test
  void refusals() throws IOException {
    Path pairs = pairs();
    refused(judge(dir.resolve("none.jsonl"), "{flawed: {}}"), "there is no data file");
    refused(judge(pairs, "{flawed: {eror: 0.1}}"), "unknown key judge.flawed.eror; did you mean");
    refused(judge(pairs, "oracle"), "unknown key judge.oracle");
    refused(judge(pairs, "{flawed: {error: 2}}"), "flawed.error must be from 0 to 1, was 2");
    refused(judge(pairs, "{flawed: {position_bias: 0.8, length_bias: 0.5}}"), "flawed.length_bias");
    refused(judge(pairs, "none.yaml"), "cannot read the judge none.yaml");
    refused(judge(pairs, "flawed", "--least", "0.2"), "--least must be from 0.5 to 1, was 0.2");
    refused(judge(pairs, "flawed", "--keep", "some"), "--keep must be best-worst or all, was some");
    refused(judge(pairs, "flawed", "--column", "prompt"), "has a column \"prompt\" already");
    refused(
        judge(
            pairs, "{endpoint: {server: {url: 'http://127.0.0.1:9/v1', model: m, key: NO_KEY_1}}}"),
        "the environment has no NO_KEY_1");
    refused(
        judge(pairs, "flawed", "--answers", "models/tiny-base", "--temperature", "0"),
        "--temperature must be > 0");
    Path open =
        write("open.jsonl", 2, i -> Map.of("prompt", "p", "answer_a", "x", "answer_b", "y"));
    refused(judge(open, "flawed"), "the file does not say which answer is better");
    Path single =
        write("one.jsonl", 1, i -> Map.of("prompt", "p", "completion", "x", "label", true));
    refused(judge(single, "flawed"), "there is one answer; a judge compares two");
    assertThat(ok("judge", "--help")).contains("--judge").contains("--out");
  }
}
