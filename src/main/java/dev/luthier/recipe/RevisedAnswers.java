package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Columns;
import dev.luthier.data.Example;
import dev.luthier.data.Form;
import dev.luthier.data.Message;
import dev.luthier.data.Prompted;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Journal;
import dev.luthier.judge.Oracle;
import dev.luthier.judge.Reviser;
import dev.luthier.judge.Way;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Has the answers of a file criticised by a principle and written anew. Rows are {@code prompt},
 * {@code chosen} (the new answer), {@code rejected} (the old one), {@code principle} and {@code
 * critique}: pairs for preferences, and with {@code columns: { completion: chosen }} answers to
 * learn.
 *
 * @param maxTokens the longest critique, and the longest answer
 */
public record RevisedAnswers(
    String file,
    Optional<Form> form,
    Map<String, String> columns,
    long limit,
    JudgeSpec judge,
    String device,
    int maxTokens,
    Path out) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_ONCE = 16;

  public RevisedAnswers {
    Check.atLeast("--limit", 1, limit);
    Check.atLeast("--max-new-tokens", 1, maxTokens);
  }

  /**
   * Revises and writes.
   *
   * @return how many rows
   * @throws UserError if the judge has no constitution, or the input is wrong
   */
  public long run(Consumer<String> notes) {
    if (!(judge instanceof JudgeSpec.Asking asking
        && asking.way() instanceof Way.Constitution constitution)) {
      throw new UserError(
          "--revise needs a judge with a constitution, as {local: {folder: DIR, way: constitution}}");
    }
    List<Posed> rows = rows();
    StringBuilder lines = new StringBuilder();
    long count = 0;
    Oracle oracle = asking.oracle(device, notes);
    try (Reviser reviser = constitution.reviser(oracle, maxTokens);
        Journal journal = Journal.open(out.resolveSibling(out.getFileName() + ".journal.jsonl"))) {
      String identity = oracle.identity() + constitution + maxTokens;
      for (int from = 0; from < rows.size(); from += AT_ONCE) {
        List<Posed> part = rows.subList(from, Math.min(rows.size(), from + AT_ONCE));
        for (JsonNode line : revised(reviser, journal, identity, part)) {
          lines.append(line).append('\n');
          count++;
        }
        notes.accept("revised %d of %d answers".formatted(from + part.size(), rows.size()));
      }
      oracle.cost().ifPresent(notes);
    }
    if (count < rows.size()) {
      notes.accept(
          "%d answers stayed as they were and are left out".formatted(rows.size() - count));
    }
    AtomicFile.write(out, lines.toString().getBytes(StandardCharsets.UTF_8));
    return count;
  }

  private List<Posed> rows() {
    List<Posed> out =
        Prompted.read(file, form, new Columns(columns), limit).rows().stream()
            .flatMap(row -> Posed.of(row.example()).stream())
            .filter(posed -> !posed.answered().said().isBlank())
            .toList();
    if (out.isEmpty()) {
      throw new UserError(file + ": no row has an answer to revise");
    }
    return out;
  }

  private static List<JsonNode> revised(
      Reviser reviser, Journal journal, String identity, List<Posed> part) {
    List<String> keys =
        part.stream()
            .map(p -> Journal.key(identity + "\u0000" + p.text() + "\u0000" + p.answered().said()))
            .toList();
    List<Posed> open =
        part.stream()
            .filter(p -> journal.find(keys.get(part.indexOf(p))).isEmpty())
            .distinct()
            .toList();
    List<Example.Answered> answers = open.stream().map(Posed::answered).toList();
    List<Optional<Reviser.Revision>> made = open.isEmpty() ? List.of() : reviser.of(answers);
    for (int i = 0; i < open.size(); i++) {
      String key = keys.get(part.indexOf(open.get(i)));
      Example.Answered old = answers.get(i);
      made.get(i)
          .filter(revision -> !revision.answer().equals(old.said().strip()))
          .ifPresent(revision -> journal.add(key, row(old, revision)));
    }
    List<JsonNode> out = new ArrayList<>();
    keys.forEach(key -> journal.find(key).ifPresent(out::add));
    return out;
  }

  /** Of a chat a message, of a plain prompt a text. */
  private static Object answer(Example.Answered old, String text) {
    return old instanceof Example.ChatCompletion
        ? List.of(Message.of(Message.ASSISTANT, text).fields())
        : text;
  }

  private static JsonNode row(Example.Answered old, Reviser.Revision revision) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompt", DrawnAnswers.prompt(old));
    out.put("chosen", answer(old, revision.answer()));
    out.put("rejected", answer(old, old.said()));
    out.put("principle", revision.principle());
    out.put("critique", revision.critique());
    try {
      return JSON.readTree(JSON.writeValueAsString(out));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
