package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.DataFiles;
import dev.luthier.data.FileKind;
import dev.luthier.data.Row;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Request;
import dev.luthier.peft.AdapterSet;
import dev.luthier.recipe.Writer.Manner;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generation;
import dev.luthier.rollout.Generator;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One model with several adapters that answers many prompts together, each with its own. */
public final class Voices implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A prompt.
   *
   * @param adapter whose answer is wanted; empty for that of the model alone
   */
  public record Question(String adapter, String prompt) {}

  /**
   * Answers to one prompt.
   *
   * @param answers one, or one for each sample
   */
  public record Reply(Question question, List<String> answers) {
    /** As a line of JSON: adapter, prompt, answers. */
    public String json() {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("adapter", question.adapter());
      out.put("prompt", question.prompt());
      out.put("answers", answers);
      try {
        return JSON.writeValueAsString(out);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private final ModelFolder folder;
  private final Model model;
  private final AdapterSet<Model> adapters;
  private final Prompting prompting;
  private final List<String> notes = new ArrayList<>();

  private Voices(ModelFolder folder, Model model) {
    this.folder = folder;
    this.model = model;
    this.adapters = new AdapterSet<>(model);
    this.prompting = Prompting.of(folder, model);
  }

  /**
   * @param adapters folders by the names that questions use
   * @throws UserError if a file is missing or broken, or an adapter is for another model
   */
  public static Voices open(Path path, Map<String, Path> adapters, Compute compute) {
    ModelFolder folder = ModelFolder.open(path);
    Voices out = new Voices(folder, Models.load(folder.path(), compute));
    try {
      adapters.forEach((name, dir) -> out.notes.addAll(out.adapters.add(name, dir)));
    } catch (UserError e) {
      out.close();
      throw e;
    }
    return out;
  }

  /** What was noted while the adapters were read, one line each. */
  public List<String> notes() {
    return notes;
  }

  /**
   * The questions of a data file, whose rows have a prompt and perhaps an adapter.
   *
   * @param adapters the names that there are
   * @throws UserError naming the row that has no prompt, or another adapter
   */
  public static List<Question> read(Path file, List<String> adapters) {
    List<Question> out = new ArrayList<>();
    DataFiles.read(
        file.toString(), FileKind.BY_NAME, Long.MAX_VALUE, row -> out.add(question(row, adapters)));
    if (out.isEmpty()) {
      throw new UserError(file + " holds no prompt");
    }
    return out;
  }

  private static Question question(Row row, List<String> adapters) {
    if (!(row.columns().get("prompt") instanceof String prompt)) {
      throw new UserError(
          "%s: there is no text \"prompt\"; columns are %s"
              .formatted(row.place(), row.columns().keySet()));
    }
    Object adapter = row.columns().get("adapter");
    String name = adapter == null ? "" : adapter.toString();
    if (!name.isEmpty() && !adapters.contains(name)) {
      throw new UserError(
          "%s: there is no adapter %s; %s"
              .formatted(
                  row.place(),
                  name,
                  adapters.isEmpty()
                      ? "give it as --adapter %s=DIR".formatted(name)
                      : "there are " + String.join(", ", adapters)));
    }
    return new Question(name, prompt);
  }

  /**
   * Answers all questions together, in their order.
   *
   * @param tokens a question's prompt as the model reads it: {@link #plain} or {@link #chat}
   */
  public List<Reply> answer(
      List<Question> questions, Function<String, int[]> tokens, int samples, Manner manner) {
    List<Request> requests =
        questions.stream().map(q -> new Request(tokens.apply(q.prompt()), q.adapter())).toList();
    Generation made =
        new Generator(
                adapters.writing(),
                prompting::text,
                manner.sampling(),
                prompting.limits(manner),
                prompting.budget(manner))
            .answer(requests, samples, manner.seed(), null);
    List<String> texts = made.completions().stream().map(Completion::text).toList();
    List<Reply> out = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      out.add(new Reply(questions.get(i), texts.subList(i * samples, (i + 1) * samples)));
    }
    return out;
  }

  /** A prompt as plain text. */
  public int[] plain(String prompt) {
    return prompting.tokens(prompt);
  }

  /** A prompt as the last message of a chat. */
  public int[] chat(List<Map<String, Object>> messages) {
    return prompting.tokens(messages);
  }

  @Override
  public void close() {
    adapters.close();
    model.close();
    folder.close();
  }
}
