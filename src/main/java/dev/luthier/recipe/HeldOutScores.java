package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What models answer to held-out prompts, and what that is worth: after each stage, and before the
 * first ones. Answers and scores are kept in {@code report/}, so nothing is measured twice; a
 * scorer that a later stage makes scores the answers of before as soon as it is there.
 */
final class HeldOutScores {
  private static final String BEFORE = ".before";
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Stages stages;
  private final PrintWriter out;
  private final Path dir;
  private final Map<String, Measured> measured;

  /**
   * What a model's answers came to.
   *
   * @param of what the model is and what was asked
   * @param tokens of an answer in the mean
   * @param by the scorers in words, by name
   * @param scores in the mean, by name
   */
  record Measured(String of, double tokens, Map<String, String> by, Map<String, Double> scores) {}

  HeldOutScores(Stages stages, PrintWriter out) {
    this.stages = stages;
    this.out = out;
    this.dir = stages.output().resolve(StagesTree.REPORT);
    this.measured = stages.heldOut().isPresent() ? read() : new LinkedHashMap<>();
  }

  private Path file() {
    return dir.resolve("held-out.json");
  }

  private Map<String, Measured> read() {
    try {
      return Files.exists(file())
          ? JSON.readValue(file().toFile(), new TypeReference<LinkedHashMap<String, Measured>>() {})
          : new LinkedHashMap<>();
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file(), UserError.reason(e)), e);
    }
  }

  /** Measures what has not been measured of stages that have ended. */
  void update(List<Staged> done) {
    if (stages.heldOut().isEmpty()) {
      return;
    }
    HeldOut asked = stages.heldOut().get();
    List<Exam.Question> questions = asked.questions(out);
    for (Staged staged : done) {
      Optional<Writer.Voice> voice = staged.stage().voice(staged.dir(), stages.device());
      if (voice.isEmpty()) {
        continue;
      }
      Optional<String> before = before(staged);
      if (before.isPresent() && before.get().endsWith(BEFORE)) {
        Writer.Voice start = staged.stage().start(stages.device());
        measure(before.get(), start.toString(), start, asked, questions);
      }
      measure(staged.name(), staged.id(), voice.get(), asked, questions);
    }
  }

  /** Under which name that is measured from which a stage starts; empty where nothing is. */
  Optional<String> before(Staged staged) {
    Writer.Voice start = staged.stage().start(stages.device());
    Optional<Staged> maker = stages.maker(start.adapter().orElse(start.model()));
    if (maker.isPresent()) {
      boolean writes = maker.get().stage().voice(maker.get().dir(), stages.device()).isPresent();
      return writes ? Optional.of(maker.get().name()) : Optional.empty();
    }
    return stages.all().stream()
        .filter(s -> s.stage().start(stages.device()).equals(start))
        .findFirst()
        .map(s -> s.name() + BEFORE);
  }

  /** The mean scores by name; empty before anything is measured. */
  Map<String, Double> scores(String subject) {
    return Optional.ofNullable(measured.get(subject)).map(Measured::scores).orElse(Map.of());
  }

  private void measure(
      String subject,
      String identity,
      Writer.Voice voice,
      HeldOut asked,
      List<Exam.Question> questions) {
    String of = "%s, %s, %s".formatted(identity, asked.data(), asked.maxNewTokens());
    Map<String, Scorer> scorers = new LinkedHashMap<>(asked.scorers());
    scorers.values().removeIf(scorer -> !stages.hasWhatReads(scorer));
    Map<String, String> by = new LinkedHashMap<>();
    scorers.forEach((name, scorer) -> by.put(name, stages.told(scorer)));
    Optional<Measured> kept =
        Optional.ofNullable(measured.get(subject)).filter(m -> m.of().equals(of));
    if (kept.isPresent() && kept.get().by().equals(by)) {
      return;
    }
    List<Exam.Answer> answers = answers(subject, kept.isPresent(), voice, asked, questions);
    Map<String, Double> scores = new LinkedHashMap<>();
    scorers.forEach(
        (name, scorer) ->
            scores.put(
                name,
                kept.filter(m -> stages.told(scorer).equals(m.by().get(name)))
                    .map(m -> m.scores().get(name))
                    .orElseGet(() -> score(scorer, questions, answers))));
    double tokens = answers.stream().mapToInt(Exam.Answer::tokens).average().orElse(0);
    measured.put(subject, new Measured(of, tokens, by, scores));
    AtomicFile.write(file(), json(measured));
    scores.forEach(
        (name, score) -> out.printf("held out   %s %.4f, %s%n", name, score, told(subject)));
    out.flush();
  }

  private static String told(String subject) {
    return subject.endsWith(BEFORE)
        ? "before " + subject.substring(0, subject.length() - BEFORE.length())
        : "after " + subject;
  }

  private List<Exam.Answer> answers(
      String subject,
      boolean kept,
      Writer.Voice voice,
      HeldOut asked,
      List<Exam.Question> questions) {
    Path file = dir.resolve(subject + ".json");
    try {
      if (kept && Files.exists(file)) {
        return JSON.readValue(file.toFile(), new TypeReference<>() {});
      }
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, UserError.reason(e)), e);
    }
    try (Respondent respondent = Respondent.open(voice)) {
      List<Exam.Answer> out =
          respondent.answers(
              questions.stream().map(q -> q.asked().orElseThrow().answered()).toList(),
              asked.manner());
      AtomicFile.write(file, json(out));
      return out;
    }
  }

  private double score(Scorer scorer, List<Exam.Question> questions, List<Exam.Answer> answers) {
    try (Reward reward = scorer.open(stages.device())) {
      List<Asked> asked = new ArrayList<>();
      IntStream.range(0, answers.size())
          .forEach(
              i -> asked.add(questions.get(i).asked().orElseThrow().saying(answers.get(i).text())));
      return reward.of(asked).stream().mapToDouble(Score::total).average().orElse(0);
    }
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
