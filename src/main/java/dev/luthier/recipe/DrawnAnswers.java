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
import dev.luthier.tensor.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Lets a model answer prompts several times, for a judge to compare: the first half of a round of
 * self-reward (Yuan et al. 2024, https://arxiv.org/abs/2401.10020, section 2.2). Rows are {@code
 * prompt}, {@code answers} and {@code models}, beside what the prompt's row had. Answers that are
 * the same text count once; a prompt with only one is left out.
 *
 * @param prompts a file, folder or glob with prompts, whatever else is in it
 * @param samples how many answers to each
 * @param out where the rows go
 */
public record DrawnAnswers(
    Writer.Voice model,
    String prompts,
    Optional<Form> form,
    Map<String, String> columns,
    long limit,
    int samples,
    Writer.Manner manner,
    Path out) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_ONCE = 32;

  public DrawnAnswers {
    Check.atLeast("--samples", 2, samples);
    Check.atLeast("--limit", 1, limit);
    if (manner.sampling().greedy()) {
      throw new UserError(
          "--temperature must be > 0, was 0: the likeliest answer is the same every time");
    }
  }

  /**
   * Answers and writes.
   *
   * @return how many rows
   * @throws UserError if the input is wrong, or all answers to every prompt are the same
   */
  public long run(Consumer<String> notes) {
    Prompted.Read read = Prompted.read(prompts, form, new Columns(columns), limit);
    List<Prompted> rows =
        read.rows().stream().filter(row -> Posed.of(row.example()).isPresent()).toList();
    StringBuilder lines = new StringBuilder();
    long count = 0;
    try (Respondent respondent = Respondent.open(model);
        Journal journal = Journal.open(out.resolveSibling(out.getFileName() + ".journal.jsonl"))) {
      for (int from = 0; from < rows.size(); from += AT_ONCE) {
        List<Prompted> part = rows.subList(from, Math.min(rows.size(), from + AT_ONCE));
        List<List<String>> answers = kept(respondent, journal, part, from);
        for (int i = 0; i < part.size(); i++) {
          if (answers.get(i).size() > 1) {
            lines.append(line(part.get(i), answers.get(i))).append('\n');
            count++;
          }
        }
        notes.accept("answered %d of %d prompts".formatted(from + part.size(), rows.size()));
      }
    }
    if (count == 0) {
      throw new UserError(
          "%s: the model gives the same answer every time to every prompt; raise --temperature"
              .formatted(prompts));
    }
    if (count < rows.size()) {
      notes.accept("%d prompts with only one answer are left out".formatted(rows.size() - count));
    }
    AtomicFile.write(out, lines.toString().getBytes(StandardCharsets.UTF_8));
    return count;
  }

  /** The different answers to each of some prompts, which are drawn together. */
  private List<List<String>> kept(
      Respondent respondent, Journal journal, List<Prompted> part, int from) {
    List<Example.Answered> asked =
        part.stream().map(row -> Posed.of(row.example()).orElseThrow().answered()).toList();
    String key =
        Journal.key(
            "%s %s %d %d %s"
                .formatted(
                    model, manner, samples, from, asked.stream().map(a -> a.prompt()).toList()));
    Optional<JsonNode> known = journal.find(key);
    if (known.isPresent()) {
      return read(known.get());
    }
    Writer.Manner seeded =
        new Writer.Manner(
            manner.sampling(),
            manner.maxNewTokens(),
            manner.stop(),
            Seed.of(manner.seed(), from),
            manner.cacheBytes());
    List<Exam.Answer> all = respondent.answers(asked, samples, seeded);
    List<List<String>> out = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      LinkedHashSet<String> different = new LinkedHashSet<>();
      all.subList(i * samples, (i + 1) * samples).stream()
          .map(Exam.Answer::text)
          .filter(text -> !text.isBlank())
          .forEach(different::add);
      out.add(List.copyOf(different));
    }
    journal.add(key, JSON.valueToTree(out));
    return out;
  }

  private static List<List<String>> read(JsonNode node) {
    List<List<String>> out = new ArrayList<>();
    for (JsonNode answers : node) {
      List<String> texts = new ArrayList<>();
      answers.forEach(answer -> texts.add(answer.asText()));
      out.add(texts);
    }
    return out;
  }

  private String line(Prompted row, List<String> answers) {
    Map<String, Object> out = new LinkedHashMap<>();
    Posed posed = Posed.of(row.example()).orElseThrow();
    out.put("prompt", prompt(posed.answered()));
    out.put("answers", answers);
    String name = model.adapter().orElse(model.model()).toString();
    out.put("models", answers.stream().map(a -> name).toList());
    if (!posed.expected().isEmpty()) {
      out.put("expected", posed.expected());
    }
    try {
      return JSON.writeValueAsString(out);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A text, or messages. */
  static Object prompt(Example.Answered answered) {
    return answered instanceof Example.ChatCompletion chat
        ? chat.prompt().stream().map(Message::fields).toList()
        : answered.prompt();
  }
}
