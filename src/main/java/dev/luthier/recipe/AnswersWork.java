package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.AtomicFile;
import dev.luthier.reward.Reward;
import dev.luthier.tensor.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What an {@link AnswersStage} does. Prompts are answered a part at a time, and each part is kept
 * when it is done, so a process that was killed costs one part.
 */
record AnswersWork(AnswersStage stage, Stage.Run run) {
  static final String CURVE = "best-of-n.json";
  private static final int PART = 64;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Path parts() {
    return run.dir().resolve("parts");
  }

  private Path part(int number) {
    return parts().resolve("%06d.json".formatted(number));
  }

  void carryOut() {
    List<Exam.Question> questions = stage.questions(run.out());
    List<List<Exam.Question>> cut =
        IntStream.range(0, (questions.size() + PART - 1) / PART)
            .mapToObj(i -> questions.subList(i * PART, Math.min(questions.size(), (i + 1) * PART)))
            .toList();
    try {
      Files.createDirectories(parts());
      AtomicDirectory.recover(parts());
      answer(cut);
      List<Candidates> all = new ArrayList<>();
      for (int i = 0; i < cut.size(); i++) {
        all.addAll(read(i, cut.get(i)));
      }
      write(all);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(run.dir(), UserError.reason(e)), e);
    }
  }

  /** Answers the parts that are not there yet. */
  private void answer(List<List<Exam.Question>> cut) {
    if (IntStream.range(0, cut.size()).allMatch(i -> Files.exists(part(i)))) {
      return;
    }
    try (Respondent model = Respondent.open(stage.start(run.device()));
        Scores scores = Scores.open(stage, run.device())) {
      model.adapter().ifPresent(a -> a.notes().forEach(run.out()::println));
      for (int i = 0; i < cut.size(); i++) {
        if (Files.exists(part(i))) {
          continue;
        }
        List<Candidates> drawn =
            scores.of(
                Candidates.drawn(
                    model,
                    cut.get(i),
                    stage.draw().samples(),
                    stage.draw().manner(Seed.of(stage.seed(), i))));
        AtomicFile.write(part(i), json(drawn.stream().map(Candidates::answers).toList()));
        run.out().printf("answered %d of %d parts%n", i + 1, cut.size());
        run.out().flush();
      }
    }
  }

  /** What scores, as long as answers are made. */
  private record Scores(Optional<Reward> by, Optional<Reward> gold) implements AutoCloseable {
    static Scores open(AnswersStage stage, String device) {
      return new Scores(stage.by().map(s -> s.open(device)), stage.gold().map(s -> s.open(device)));
    }

    List<Candidates> of(List<Candidates> bare) {
      List<Candidates> out = by.map(r -> Candidates.scored(bare, r, Candidate::worth)).orElse(bare);
      return gold.map(r -> Candidates.scored(out, r, Candidate::gold)).orElse(out);
    }

    @Override
    public void close() {
      by.ifPresent(Reward::close);
      gold.ifPresent(Reward::close);
    }
  }

  private List<Candidates> read(int number, List<Exam.Question> questions) throws IOException {
    List<List<Candidate>> answers = JSON.readValue(part(number).toFile(), new TypeReference<>() {});
    if (answers.size() != questions.size()) {
      throw new UserError(
          "%s answers %d prompts, but %s has %d there; remove %s to answer them again"
              .formatted(
                  part(number), answers.size(), stage.data().path(), questions.size(), run.dir()));
    }
    return IntStream.range(0, answers.size())
        .mapToObj(i -> new Candidates(questions.get(i), answers.get(i)))
        .toList();
  }

  private void write(List<Candidates> all) {
    AnswerRows rows = new AnswerRows(all);
    Path dir = run.dir();
    lines(dir.resolve("answers.jsonl"), rows.all());
    run.out().println(rows.told());
    if (stage.by().isPresent()) {
      List<Map<String, Object>> kept = rows.kept(stage.keep());
      if (kept.isEmpty()) {
        throw new UserError(rows.nothingKept(stage.keep()));
      }
      List<Map<String, Object>> pairs = rows.pairs();
      BestCurve curve = BestCurve.of(all);
      lines(dir.resolve("graded.jsonl"), rows.graded());
      lines(dir.resolve("data.jsonl"), kept);
      lines(dir.resolve("pairs.jsonl"), pairs);
      AtomicFile.write(dir.resolve(CURVE), json(curve.json()));
      run.out().println(curve.table());
      run.out().printf("kept %d answers to learn from, and %d pairs%n", kept.size(), pairs.size());
    }
    AtomicDirectory.remove(parts());
    run.out().flush();
  }

  private static void lines(Path file, List<Map<String, Object>> rows) {
    StringBuilder out = new StringBuilder();
    rows.forEach(row -> out.append(new String(json(row), StandardCharsets.UTF_8)).append('\n'));
    AtomicFile.write(file, out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** From one answer to the best of all that were drawn. */
  static Map<String, Stage.Change> measured(Path dir) {
    Path file = dir.resolve(CURVE);
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      JsonNode curve = JSON.readTree(file.toFile());
      JsonNode one = curve.get(0);
      JsonNode best = curve.get(curve.size() - 1);
      Map<String, Stage.Change> out = new LinkedHashMap<>();
      for (String name : List.of("score", "gold")) {
        if (one.has(name)) {
          out.put(
              "best-of-%d %s".formatted(curve.size(), name),
              new Stage.Change(one.path(name).asDouble(), best.path(name).asDouble()));
        }
      }
      return out;
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
  }
}
