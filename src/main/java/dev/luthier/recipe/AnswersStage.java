package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A stage that lets a model answer prompts several times, and makes data of the answers. */
@Name("answers")
@Doc(
    "Lets a model answer prompts several times; leaves `answers`, and where answers are scored the"
        + " `data` of those that are kept, `pairs` of the best and the worst, and the `curve` of"
        + " best-of-n")
public record AnswersStage(
    @Doc("The model's folder, or `ORG/NAME[@REV]` of the hub") Path model,
    @Doc("An adapter for it; unset: none") Optional<Path> adapter,
    @Doc("How the model's linear layers are kept while it answers") @Default("none")
        Quantize quantize,
    @Doc("The rows whose prompts are answered") Asks data,
    @Doc("How answers are drawn") @Default("{}") Draws draw,
    @Doc("What says what an answer is worth; unset: nothing does, and none is chosen")
        Optional<Scorer> by,
    @Doc("What is measured beside it and chooses nothing") Optional<Scorer> gold,
    @Doc("Which answers are kept to learn from, where they are scored") @Default("best") Keep keep,
    @Doc("Seed of the draws") @Default("42") long seed)
    implements Work {
  public AnswersStage {
    by.ifPresent(scorer -> refuseOfFile("by", scorer));
    gold.ifPresent(scorer -> refuseOfFile("gold", scorer));
    if (gold.isPresent() && by.isEmpty()) {
      throw new UserError("answers.gold is measured beside answers.by, which is unset; set it");
    }
  }

  /** What is asked. */
  List<Exam.Question> questions(PrintWriter notes) {
    return data.questions(notes, Stream.concat(by.stream(), gold.stream()).toList());
  }

  private static void refuseOfFile(String key, Scorer scorer) {
    if (!scorer.scoresWritten()) {
      throw new UserError(
          "answers.%s is %s, which scores answers of the file, but these are the model's own"
              .formatted(key, Schema.name(scorer)));
    }
  }

  @Override
  public Map<String, Path> artefacts(Path dir) {
    Map<String, Path> out = new LinkedHashMap<>();
    out.put("answers", dir.resolve("answers.jsonl"));
    if (by.isPresent()) {
      out.put("graded", dir.resolve("graded.jsonl"));
      out.put("data", dir.resolve("data.jsonl"));
      out.put("pairs", dir.resolve("pairs.jsonl"));
      out.put("curve", dir.resolve(AnswersWork.CURVE));
    }
    return out;
  }

  @Override
  public Writer.Voice start(String device) {
    return new Writer.Voice(model, adapter, Optional.empty(), device, quantize);
  }

  @Override
  public Optional<Writer.Voice> voice(Path dir, String device) {
    return Optional.empty();
  }

  @Override
  public boolean carryOut(Run run) {
    new AnswersWork(this, run).carryOut();
    return true;
  }

  @Override
  public Map<String, Change> measured(Path dir) {
    return AnswersWork.measured(dir);
  }
}
