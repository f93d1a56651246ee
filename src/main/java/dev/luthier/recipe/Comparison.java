package dev.luthier.recipe;

import dev.luthier.data.Columns;
import dev.luthier.data.Example;
import dev.luthier.data.Form;
import dev.luthier.data.Message;
import dev.luthier.data.Prompted;
import dev.luthier.error.UserError;
import dev.luthier.reward.Reward;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two models, or one with and without an adapter, that answer the same prompts.
 *
 * @param model the one that is asked about
 * @param against the one that it is compared with
 * @param judge what says which answer is better
 * @param out a folder for the answers and their page
 */
public record Comparison(
    Writer.Voice model,
    Writer.Voice against,
    Asked asked,
    Optional<Scorer> judge,
    Writer.Manner manner,
    Optional<Path> out) {

  /**
   * The prompts.
   *
   * @param data a file, folder or glob
   * @param form told from the columns where absent
   * @param columns columns under other names
   * @param limit at most so many rows, from the top
   * @param chat whether a prompt that is a text is what the user of a chat says
   */
  public record Asked(
      String data, Optional<Form> form, Map<String, String> columns, long limit, boolean chat) {
    List<Exam.Question> questions(PrintWriter notes) {
      Prompted.Read read = Prompted.read(data, form, new Columns(columns), limit);
      if (!read.refused().isEmpty()) {
        notes.printf(
            "%d rows cannot be used; the first, %s: %s%n",
            read.refused().size(), read.refused().get(0).place(), read.refused().get(0).reason());
      }
      List<Exam.Question> out = new ArrayList<>();
      for (Prompted row : read.rows()) {
        Map<String, Object> all = new LinkedHashMap<>(row.columns());
        Posed.of(row.example())
            .map(p -> chat ? new Posed(chat(p.answered()), p.expected()) : p)
            .ifPresent(
                p -> {
                  if (!p.expected().isEmpty()) {
                    all.putIfAbsent("expected", p.expected());
                  }
                  out.add(p.question(all, row.place()));
                });
      }
      if (out.isEmpty()) {
        throw new UserError(data + ": no row has a prompt that is answered by a text");
      }
      return out;
    }

    private static Example.Answered chat(Example.Answered answered) {
      return answered instanceof Example.PromptCompletion plain
          ? new Example.ChatCompletion(
              List.of(Message.of("user", plain.prompt())),
              List.of(Message.of(Message.ASSISTANT, plain.completion())),
              List.of())
          : answered;
    }
  }

  /** A judge as a recipe's {@code eval.compare.judge} has it. */
  public static Scorer judge(String yaml) {
    return CompareSpec.judge(yaml);
  }

  /**
   * Answers, judges, prints what came out, and writes it.
   *
   * @param notes hears what is being done
   * @throws UserError if the input is wrong
   */
  public void print(PrintWriter printed, PrintWriter notes) {
    if (model.equals(against)) {
      throw new UserError(
          "%s would be compared with itself; give --adapter, --against or --against-adapter"
              .formatted(name(model)));
    }
    out.ifPresent(Comparison::empty);
    List<Exam.Question> questions = asked.questions(notes);
    new CompareSpec(Optional.empty(), judge, 0)
        .check(model.device(), questions); // before anybody waits
    SideBySide sides =
        SideBySide.of(
            questions, answers(against, questions, notes), answers(model, questions, notes));
    if (judge.isPresent()) {
      try (Reward reward = judge.get().open(model.device())) {
        sides = sides.by(reward);
      }
    }
    Map<String, String> results = new LinkedHashMap<>();
    results.put("compared", "%s -> %s".formatted(name(against), name(model)));
    results.putAll(Compared.of(sides).facts());
    judge.ifPresentOrElse(
        j -> results.put("judge", CompareSpec.told(j)),
        () -> results.put("win rate", "not measured: no judge; give --by-reward or --judge"));
    results.forEach((name, value) -> printed.println("%-24s%s".formatted(name, value)));
    if (out.isPresent()) {
      save(out.get(), sides, results);
      printed.println();
      printed.println("answers   " + out.get().resolve("answers.jsonl"));
      printed.println("page      " + out.get().resolve("compare.html"));
    }
    printed.flush();
  }

  private List<Exam.Answer> answers(
      Writer.Voice voice, List<Exam.Question> questions, PrintWriter notes) {
    notes.println("%s answers %d prompts".formatted(name(voice), questions.size()));
    notes.flush();
    try (Respondent respondent = Respondent.open(voice)) {
      respondent.adapter().ifPresent(a -> a.notes().forEach(notes::println));
      return respondent.answers(
          questions.stream().map(q -> q.asked().orElseThrow().answered()).toList(), manner);
    }
  }

  private static String name(Writer.Voice voice) {
    return voice.adapter().orElse(voice.model()).toString();
  }

  private void save(Path folder, SideBySide sides, Map<String, String> results) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserError("cannot make %s: %s".formatted(folder, UserError.reason(e)), e);
    }
    sides.write(folder.resolve("answers.jsonl"));
    Map<String, String> how = new LinkedHashMap<>();
    how.put("prompts", asked.data());
    how.put("longest answer", manner.maxNewTokens() + " tokens");
    how.put("temperature", String.valueOf(manner.sampling().temperature()));
    how.put("seed", String.valueOf(manner.seed()));
    ComparePage.write(
        folder.resolve("compare.html"),
        sides,
        new SideTable.Names(name(against), name(model)),
        results,
        how);
  }

  private static void empty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> inside = Files.list(folder)) {
      if (inside.findAny().isPresent()) {
        throw new UserError("--out %s is not empty; choose another folder".formatted(folder));
      }
    } catch (IOException e) {
      throw new UserError("--out %s: %s".formatted(folder, UserError.reason(e)), e);
    }
  }
}
